import type { Config } from '#config/effective.ts'
import { loadConfig } from '#config/load.ts'

export interface BedMapping {
  /** Of both datasets, without the pool. */
  readonly name: string
  readonly primary: string
  readonly backup: string
  readonly settings?: { readonly [key: string]: unknown }
}

export interface BedSettings {
  readonly hosts: readonly { readonly id: string; readonly pool: string; readonly settings?: object }[]
  readonly mappings: readonly BedMapping[]
  readonly defaults?: object
  readonly limits?: object
  readonly scheduler?: object
}

/** The configuration as the product itself reads it; every JSON text is YAML. */
export function configOf({ hosts, mappings, defaults = {}, limits, scheduler = {} }: BedSettings, now: number): Config {
  const poolOf = (id: string) => hosts.find((host) => host.id === id)?.pool
  const pairs = Map.groupBy(mappings, ({ primary, backup }) => `${primary} ${backup}`)
  const document = {
    san_hosts: Object.fromEntries(
      hosts.map(({ id, settings }) => [id, { hostname: `${id}.example`, ssh_user: 'root', ...settings }]),
    ),
    pairs: [...pairs.values()].map((own) => ({
      primary: own[0]?.primary,
      backup: own[0]?.backup,
      datasets: own.map(({ name, primary, backup, settings }) => ({
        name: `${poolOf(primary)}/${name}`,
        backup_dataset: `${poolOf(backup)}/${name}`,
        ...settings,
      })),
    })),
    defaults,
    scheduler: { interval_minutes: 30, timezone: 'UTC', ...scheduler },
    ...(limits === undefined ? {} : { limits }),
  }
  const noFile = (path: string): string => {
    throw new Error(`There is no file ${path} on the bed.`)
  }
  const loaded = loadConfig({
    text: JSON.stringify(document, null, 1),
    file: 'app-config.yaml',
    env: {},
    readFile: noFile,
    now,
    systemZone: 'UTC',
  })
  if (loaded.faults !== undefined) throw new Error(loaded.faults.map((fault) => fault.message).join(' '))
  return loaded.config
}
