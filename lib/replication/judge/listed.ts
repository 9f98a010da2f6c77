import { LISTED } from '../sentences/evidence.ts'
import type { SnapshotRef } from '../types.ts'

type SnapshotFact = { readonly name: string; readonly guid: string; readonly creation: number }

/** A snapshot as evidence shows it. */
export function fact({ name, guid, creation }: SnapshotRef): SnapshotFact {
  return { name, guid, creation }
}

export function factOrNull(ref: SnapshotRef | null): SnapshotFact | null {
  return ref === null ? null : fact(ref)
}

/** First and last are always among those listed, so that a range can be told from them. */
export function listed(refs: readonly SnapshotRef[]): {
  readonly count: number
  readonly snapshots: readonly SnapshotFact[]
} {
  const shown = refs.length <= LISTED ? refs : [...refs.slice(0, LISTED - 1), ...refs.slice(-1)]
  return { count: refs.length, snapshots: shown.map(fact) }
}
