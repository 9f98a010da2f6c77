import type { Mapping } from '#lib/replication/types/inventory.ts'
import { splitSnapshot } from '#lib/zfs/names.ts'

export interface Asked {
  /** Null: on whatever host has a dataset of that name. */
  readonly host: string | null
  readonly dataset: string
  /** The part after `@`. */
  readonly snapshot: string
}

/** `pool/ds@snap` or `host:pool/ds@snap`; null where it is neither. A dataset name may hold a colon itself. */
export function parseAsked(text: string, isHost: (id: string) => boolean): Asked | null {
  const colon = text.indexOf(':')
  const prefix = colon > 0 ? text.slice(0, colon) : null
  const host = prefix !== null && isHost(prefix) ? prefix : null
  const path = splitSnapshot(host === null ? text : text.slice(colon + 1))
  return path === null ? null : { host, ...path }
}

/** The side of a mapping that is meant; null where it is not about this mapping. */
export function sideMeant({ host, dataset }: Asked, mapping: Mapping): 'primary' | 'backup' | null {
  const fits = (end: Mapping['primary']): boolean => end.dataset === dataset && (host === null || host === end.host)
  if (fits(mapping.primary)) return 'primary'
  return fits(mapping.backup) ? 'backup' : null
}
