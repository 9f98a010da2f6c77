import type { Config } from '#config/effective.ts'
import type { DatasetRecord } from '#lib/db/types.ts'
import { type Monitored, mappingKey, monitored } from './monitored.ts'

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
