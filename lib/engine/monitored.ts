import type { Config, DatasetConfig } from '#config/effective.ts'
import type { DatasetRecord } from '#lib/db/types.ts'
import type { Mapping } from '#lib/replication/types.ts'

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
}

/** The datasets under watch: those of the config, and the children that the last scans found below recursive ones. */
export function monitored(config: Config, records: readonly DatasetRecord[]): readonly Monitored[] {
  const roots = config.datasets.map((dataset) => fromConfig(dataset))
  const byId = new Map(roots.map((root) => [root.id, root]))
  const children = records.flatMap((record) => {
    const root = record.parentId === null ? undefined : byId.get(record.parentId)
    if (root === undefined || !root.config.recursive || byId.has(record.id)) return []
    return [fromRecord(record, root.config)]
  })
  return [...roots, ...children]
}

export function fromConfig(dataset: DatasetConfig): Monitored {
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
  }
}

/** The child of a recursive mapping for a dataset found below its primary root. Its id is the root's with the rest. */
export function childOf(root: DatasetConfig, primaryName: string): Monitored {
  const rest = primaryName.slice(root.primary.dataset.length)
  const id = root.id + rest.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9_.:-]/g, '_')
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

/** Does the mapping's `exclude` leave out this dataset below its root (or one above it)? Patterns are relative, `*` any run but `/`. */
export function isExcluded(root: DatasetConfig, primaryName: string): boolean {
  const parts = primaryName.slice(root.primary.dataset.length + 1).split('/')
  const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  return root.exclude.some((pattern) => {
    const shape = new RegExp(`^${pattern.split('*').map(RegExp.escape).join('[^/]*')}$`)
    return prefixes.some((prefix) => shape.test(prefix))
  })
}
