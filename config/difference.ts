import { describeConfig, type Plain } from './describe.ts'
import type { Config } from './effective.ts'

export interface Change {
  /** `datasets.hqs8-hqs1.HQS8DAT1`, `san_hosts.hqs9`, or down to the key: `scheduler.interval_minutes`. */
  readonly path: string
  /** Set where a dataset was added, removed or changed. */
  readonly datasetId: string | null
  /** As written in the file; null: was, or is, not there. */
  readonly from: Plain
  readonly to: Plain
}

export interface Difference {
  readonly changed: boolean
  readonly added: readonly Change[]
  readonly removed: readonly Change[]
  readonly changes: readonly Change[]
}

interface Thing {
  readonly datasetId: string | null
  readonly keys: Map<string, Plain>
}

/** What a reload would change in what is in force. Comments, order and another way to write the same value do not count. */
export function difference(before: Config, after: Config): Difference {
  const old = things(before)
  const now = things(after)
  const added: Change[] = []
  const removed: Change[] = []
  const changes: Change[] = []
  for (const [path, { datasetId, keys }] of now) {
    const earlier = old.get(path)
    if (earlier === undefined) {
      added.push({ path, datasetId, from: null, to: titleOf(keys) })
      continue
    }
    for (const [key, to] of keys) {
      const from = earlier.keys.get(key) ?? null
      if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ path: `${path}.${key}`, datasetId, from, to })
    }
  }
  for (const [path, { datasetId, keys }] of old)
    if (!now.has(path)) removed.push({ path, datasetId, from: titleOf(keys), to: null })
  return { changed: added.length + removed.length + changes.length > 0, added, removed, changes }
}

/** Hosts and datasets come and go whole; everything else is told key by key. */
function things(config: Config): Map<string, Thing> {
  const found = new Map<string, Thing>()
  for (const { path, value } of describeConfig(config)) {
    const [kind = '', id = ''] = path
    const whole = kind === 'san_hosts' || kind === 'datasets'
    const base = whole ? `${kind}.${id}` : kind
    const thing = found.get(base) ?? { datasetId: kind === 'datasets' ? id : null, keys: new Map<string, Plain>() }
    thing.keys.set(path.slice(whole ? 2 : 1).join('.'), value)
    found.set(base, thing)
  }
  return found
}

/** `hqs8:hqs8p1/A → hqs1:hqs1p1/A` of a dataset, `zfsadmin@hqs8.storage.local` of a host. */
function titleOf(keys: ReadonlyMap<string, Plain>): string {
  return keys.has('backup_dataset')
    ? `${String(keys.get('name'))} → ${String(keys.get('backup_dataset'))}`
    : `${String(keys.get('ssh_user'))}@${String(keys.get('hostname'))}`
}
