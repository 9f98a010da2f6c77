import type { DatasetRecord } from './types.ts'

/** A mapping that the config, or a scan of a recursive one, says exists. */
export type WantedDataset = Omit<DatasetRecord, 'retiredAt' | 'backupGoneAt'>

type Same = (wanted: WantedDataset, known: DatasetRecord) => boolean

const sameHosts: Same = (a, b) => a.primaryHost === b.primaryHost && a.backupHost === b.backupHost
const samePrimary: Same = (a, b) => sameHosts(a, b) && a.primaryDataset === b.primaryDataset

/**
 * What makes a known row the same history, strongest first. The guid survives every rename; an id alone only a rename on
 * the SAN, and only among mappings, or among children of one tree: a child's id is made of its name.
 */
const RULES: readonly Same[] = [
  (a, b) => a.primaryGuid !== null && sameHosts(a, b) && a.primaryGuid === b.primaryGuid,
  (a, b) => samePrimary(a, b) && a.backupDataset === b.backupDataset,
  samePrimary,
  (a, b) => sameHosts(a, b) && a.id === b.id && a.parentId === b.parentId,
]

/** Which known row each wanted mapping continues; one that is missing from the answer is new. Each row is given away once. */
export function matchDatasets(
  wanted: readonly WantedDataset[],
  known: readonly DatasetRecord[],
): ReadonlyMap<WantedDataset, DatasetRecord> {
  const matches = new Map<WantedDataset, DatasetRecord>()
  const free = new Set(known)
  // Rule by rule over all of them: a weak match of one must not take the row that is a strong match of another.
  for (const same of RULES) {
    for (const mapping of wanted) {
      if (matches.has(mapping)) continue
      const candidates = [...free].filter((row) => same(mapping, row))
      const best = candidates.sort((a, b) => preference(mapping, b) - preference(mapping, a)).at(0)
      if (!best) continue
      matches.set(mapping, best)
      free.delete(best)
    }
  }
  return matches
}

/** Same id before same backup dataset before one still in use; of retired ones the last. */
function preference(wanted: WantedDataset, row: DatasetRecord): number {
  const recency = row.retiredAt === null ? 1 : row.retiredAt / Number.MAX_SAFE_INTEGER
  return (row.id === wanted.id ? 4 : 0) + (row.backupDataset === wanted.backupDataset ? 2 : 0) + recency
}
