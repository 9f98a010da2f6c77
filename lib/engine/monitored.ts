import { createHash } from 'node:crypto'
import type { Config, DatasetConfig } from '#config/effective.ts'
import type { DatasetRecord } from '#lib/db/types.ts'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'

/** One dataset under watch: a mapping of the config, or a child found below a recursive one. */
export interface Monitored {
  readonly id: string
  readonly mapping: Mapping
  /** The mapping of the config it belongs to (its own, or its root's): policy, line, pause. */
  readonly config: DatasetConfig
  /** Id of the recursive root, null for a mapping of the config. */
  readonly parentId: string | null
  /** Gone on the primary (children only): its backup is kept, it is judged no more. */
  readonly retired: boolean
  /** Epoch ms of the check that missed it. */
  readonly retiredAt?: number
  /** Of a retired one: its backup is gone too. */
  readonly backupGone?: boolean
}

/** The datasets under watch: those of the config, and the children that the last scans found below recursive ones. */
export function monitored(config: Config, records: readonly DatasetRecord[]): readonly Monitored[] {
  const roots = config.datasets.map((dataset) => fromConfig(dataset))
  const byId = new Map(roots.map((root) => [root.id, root]))
  const others = ownMappings(config)
  const children = records.flatMap((record) => {
    const root = record.parentId === null ? undefined : byId.get(record.parentId)
    if (root === undefined || !root.config.recursive || byId.has(record.id)) return []
    const name = record.primaryDataset
    // One that is excluded now is no part of the tree, and not gone.
    const is = !isExcluded(root.config, name) && isChild(root.config, name, others)
    return is ? [fromRecord(record, root.config)] : []
  })
  return [...roots, ...children]
}

function fromConfig(dataset: DatasetConfig): Monitored {
  const mapping = { id: dataset.id, primary: dataset.primary, backup: dataset.backup }
  return { id: dataset.id, mapping, config: dataset, parentId: null, retired: false }
}

function fromRecord(record: DatasetRecord, root: DatasetConfig): Monitored {
  return {
    id: record.id,
    mapping: {
      id: record.id,
      primary: { host: record.primaryHost, dataset: record.primaryDataset },
      backup: { host: record.backupHost, dataset: record.backupDataset },
    },
    config: root,
    parentId: record.parentId,
    retired: record.retiredAt !== null,
    ...(record.retiredAt === null ? {} : { retiredAt: record.retiredAt }),
    ...(record.backupGoneAt === undefined ? {} : { backupGone: true }),
  }
}

/** Which mapping it is, whatever its id: both ends. */
export function mappingKey({ primary, backup }: Pick<Mapping, 'primary' | 'backup'>): string {
  return `${primary.host}:${primary.dataset} ${backup.host}:${backup.dataset}`
}

export function recordKey(record: DatasetRecord): string {
  return mappingKey({
    primary: { host: record.primaryHost, dataset: record.primaryDataset },
    backup: { host: record.backupHost, dataset: record.backupDataset },
  })
}

/** The mappings of the config by `host:primary dataset`. */
function ownMappings(config: Config): ReadonlyMap<string, DatasetConfig> {
  return new Map(config.datasets.map((dataset) => [`${dataset.primary.host}:${dataset.primary.dataset}`, dataset]))
}

/** The names below a recursive root that are children of its tree. */
export function childNames(config: Config, root: DatasetConfig, below: readonly string[]): readonly string[] {
  const others = ownMappings(config)
  return below.filter((name) => !isExcluded(root, name) && isChild(root, name, others))
}

/**
 * Not a mapping of its own, nor below one that is recursive; and not what a repair set aside, nor anything below it:
 * that is kept where it is until a person removes it, and replicated no further.
 */
function isChild(root: DatasetConfig, name: string, others: ReadonlyMap<string, DatasetConfig>): boolean {
  const { host, dataset } = root.primary
  for (let at = name; at.length > dataset.length; at = at.slice(0, at.lastIndexOf('/'))) {
    if (parseOwnDatasetName(at) !== null) return false
    const other = others.get(`${host}:${at}`)
    if (other !== undefined && (at === name || other.recursive)) return false
  }
  return true
}

/** The child of a recursive mapping for a dataset found below its primary root. */
export function childOf(root: DatasetConfig, primaryName: string, id: string): Monitored {
  const rest = primaryName.slice(root.primary.dataset.length)
  return {
    id,
    mapping: {
      id,
      primary: { host: root.primary.host, dataset: primaryName },
      backup: { host: root.backup.host, dataset: root.backup.dataset + rest },
    },
    config: root,
    parentId: root.id,
    retired: false,
  }
}

/**
 * Ids for the children of a root: the root's with the rest of the name, `/` as `.`. What is no letter of an id becomes
 * `_`, so two names may meet, or meet a mapping's id: then `~` and 6 hex digits follow, as in ids that the configuration
 * makes. An id that a child has stays, whoever comes after it. `busy`: ids under which a repair runs.
 */
export function childIds(
  config: Config,
  root: DatasetConfig,
  names: readonly string[],
  records: readonly DatasetRecord[],
  busy: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const own = new Map(
    records.filter(({ parentId }) => parentId === root.id).map((record) => [record.primaryDataset, record.id]),
  )
  const wanted = new Map(names.map((name) => [name, madeId(root, name)]))
  const kept = new Map<string, string>()
  for (const [name, made] of wanted) {
    const known = own.get(name)
    if (known === undefined) continue
    const stays = known === made || known === `${made}~${nameHash(root, name)}`
    if (stays || busy.has(known)) kept.set(name, known)
  }
  const taken = new Set([
    ...config.datasets.map(({ id }) => id),
    ...records
      .filter((record) => record.parentId !== root.id || !wanted.has(record.primaryDataset))
      .map(({ id }) => id),
    ...kept.values(),
  ])
  const uses = new Map<string, number>()
  for (const [name, made] of wanted) if (!kept.has(name)) uses.set(made, (uses.get(made) ?? 0) + 1)
  return new Map(
    [...wanted].map(([name, made]) => {
      const free = uses.get(made) === 1 && !taken.has(made)
      return [name, kept.get(name) ?? (free ? made : `${made}~${nameHash(root, name)}`)]
    }),
  )
}

function madeId(root: DatasetConfig, name: string): string {
  const rest = name.slice(root.primary.dataset.length)
  return root.id + rest.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9_.:-]/g, '_')
}

function nameHash({ primary, backup }: DatasetConfig, name: string): string {
  const rest = name.slice(primary.dataset.length)
  const text = [primary.host, name, backup.host, backup.dataset + rest].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}

/** Does the mapping's `exclude` leave out this dataset below its root (or one above it)? Patterns are relative, `*` any run but `/`. */
export function isExcluded(root: DatasetConfig, primaryName: string): boolean {
  const parts = primaryName.slice(root.primary.dataset.length + 1).split('/')
  const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  return root.exclude.some((pattern) => {
    const shape = new RegExp(`^${pattern.split('*').map(RegExp.escape).join('[^/]*')}$`)
    return prefixes.some((prefix) => shape.test(prefix))
  })
}

/** The datasets under watch, by everything that they are asked for by. */
export interface DatasetIndex {
  readonly config: Config
  readonly records: readonly DatasetRecord[]
  readonly list: readonly Monitored[]
  readonly byId: ReadonlyMap<string, Monitored>
  /** By `host:dataset` of the backup. */
  readonly byBackup: ReadonlyMap<string, Monitored>
  /** By both ends. */
  readonly byMapping: ReadonlyMap<string, Monitored>
  /** `host:dataset` of every primary. */
  readonly primaries: ReadonlySet<string>
  /** By the id of their root. */
  readonly children: ReadonlyMap<string, readonly Monitored[]>
}

export function indexOf(config: Config, records: readonly DatasetRecord[]): DatasetIndex {
  const list = monitored(config, records)
  return {
    config,
    records,
    list,
    byId: new Map(list.map((dataset) => [dataset.id, dataset])),
    byBackup: new Map(list.map((dataset) => [placeOf(dataset.mapping.backup), dataset])),
    byMapping: new Map(list.map((dataset) => [mappingKey(dataset.mapping), dataset])),
    primaries: new Set(list.map(({ mapping }) => placeOf(mapping.primary))),
    children: Map.groupBy(list, ({ parentId }) => parentId ?? ''),
  }
}

export function placeOf({ host, dataset }: { readonly host: string; readonly dataset: string }): string {
  return `${host}:${dataset}`
}
