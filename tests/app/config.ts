import type { San } from './san.ts'

type Value = string | number | boolean | readonly (string | number)[] | { readonly [key: string]: Value }
export type Settings = Readonly<Record<string, Value>>

export interface Written {
  /** Settings of each mapping beside its names; the key is the dataset's name without its pool, on both sides. */
  readonly datasets: Readonly<Record<string, Settings>>
  /** Default: what is behind is repaired at once, and old snapshots on a primary are no finding. */
  readonly defaults?: Settings
  readonly limits?: Settings
  readonly scheduler?: Settings
  /** Default: whoever reaches the port may do all. */
  readonly auth?: Settings
  /** More keys of a host, by its name. */
  readonly hosts?: Readonly<Record<string, Settings>>
  /** Of `ssh:`. */
  readonly ssh?: Settings
}

const REPAIRS_AT_ONCE: Settings = { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 }

const OPEN: Settings = { mode: 'none', none_role: 'admin' }

/**
 * The configuration for pairs of SANs, one mapping a line. Scheduled scans are a day apart: a test says itself when to look.
 */
export function yamlFor(pairs: readonly (readonly [primary: San, backup: San])[], written: Written): string {
  const { datasets, defaults = REPAIRS_AT_ONCE, limits, scheduler, auth = OPEN, hosts = {}, ssh } = written
  const sans = [...new Set(pairs.flat())]
  return [
    'san_hosts:',
    ...sans.map(
      (san) =>
        `  ${san.name}: ${block({ hostname: '127.0.0.1', port: san.port, ssh_user: san.user, ...hosts[san.name] })}`,
    ),
    'pairs:',
    ...pairs.flatMap(([primary, backup]) => [
      `  - primary: ${primary.name}`,
      `    backup: ${backup.name}`,
      '    datasets:',
      ...Object.entries(datasets).map(
        ([name, settings]) =>
          `      - ${block({ name: `${primary.pool}/${name}`, backup_dataset: `${backup.pool}/${name}`, ...settings })}`,
      ),
    ]),
    `defaults: ${block(defaults)}`,
    `scheduler: ${block({ interval_minutes: 1440, timezone: 'UTC', ...scheduler })}`,
    `auth: ${block(auth)}`,
    ...(limits === undefined ? [] : [`limits: ${block(limits)}`]),
    ...(ssh === undefined ? [] : [`ssh: ${block(ssh)}`]),
    '',
  ].join('\n')
}

const block = (settings: Settings): string => JSON.stringify(settings).replaceAll('":', '": ')
