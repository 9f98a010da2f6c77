import {
  type ModelDataset,
  type ModelPartial,
  type ModelSnapshot,
  OWN_OVERHEAD,
  type Piece,
  Refused,
} from './objects.ts'
import type { ModelSan } from './san.ts'

interface Hop {
  readonly snapshot: ModelSnapshot
  readonly fromGuid: string | null
  readonly data: readonly Piece[]
}
export interface Stream {
  readonly token: string | null
  readonly type: ModelDataset['type']
  /** One snapshot each, as they arrive. */
  readonly hops: readonly Hop[]
}
/** The stream ends early: after so many whole snapshots; what came of the next one is kept, or not even begun. */
export interface Cut {
  readonly arrived: number
  readonly saved: boolean
}

/** What `zfs send WORDS…` puts out; throws where it refuses. `into`: where the token is looked for. */
export function send(san: ModelSan, words: readonly string[], into: ModelDataset | null): Stream {
  const after = (flag: string) => (words.includes(flag) ? (words[words.indexOf(flag) + 1] ?? null) : null)
  const token = after('-t')
  if (token !== null) return resume(san, token, into)
  const { dataset, snapshot } = san.snapshot(words.at(-1) ?? '')
  const from = after('-I') ?? after('-i')
  const shape = { token: null, type: dataset.type }
  if (from === null) return { ...shape, hops: [hop(dataset, snapshot, null)] }
  const start = markOf(san, from)
  if (words.includes('-I') && from.includes('#')) throw new Refused('multiple snapshots cannot be sent from a bookmark')
  if (start.createtxg >= snapshot.createtxg) throw new Refused(`not an earlier snapshot from the same fs: ${from}`)
  const between = words.includes('-I') ? dataset.snapshots : [snapshot]
  const sent = between.filter(({ createtxg }) => createtxg > start.createtxg && createtxg <= snapshot.createtxg)
  return { ...shape, hops: sent.map((each, index) => hop(dataset, each, sent[index - 1] ?? start)) }
}

/** A token finds its snapshot whatever it is called by now; its start may be a bookmark. */
function resume(san: ModelSan, token: string, into: ModelDataset | null): Stream {
  const partial = into?.partial?.token === token ? into.partial : null
  const dataset =
    partial === null ? undefined : [...san.datasets.values()].find((each) => targetOf(each, partial) !== null)
  const snapshot = partial === null || dataset === undefined ? null : targetOf(dataset, partial)
  if (partial === null || dataset === undefined || snapshot === null)
    throw new Refused('used in the initial send no longer exists')
  const start = startOf(dataset, partial.fromGuid)
  if (start === undefined) throw new Refused('incremental source no longer exists')
  return { token, type: dataset.type, hops: [hop(dataset, snapshot, start)] }
}

/** Null: it is gone. */
export function targetOf({ snapshots }: ModelDataset, { toGuid }: ModelPartial): ModelSnapshot | null {
  return snapshots.find(({ guid }) => guid === toGuid) ?? null
}

/** Null: a full stream; undefined: it is gone. */
export function startOf(dataset: ModelDataset, guid: string | null) {
  if (guid === null) return null
  return [...dataset.snapshots, ...dataset.bookmarks].find((each) => each.guid === guid)
}

function hop(
  { snapshots }: ModelDataset,
  snapshot: ModelSnapshot,
  start: { readonly guid: string; readonly createtxg: bigint } | null,
): Hop {
  const held = snapshots.slice(0, snapshots.indexOf(snapshot) + 1).flatMap(({ data }) => data)
  const data = held.filter(({ id, born }) => id !== OWN_OVERHEAD && (start === null || (born ?? 0n) > start.createtxg))
  return { snapshot, fromGuid: start?.guid ?? null, data }
}

function markOf(san: ModelSan, full: string) {
  if (full.includes('@')) return san.snapshot(full).snapshot
  const [name = '', short] = full.split('#')
  const mark = san.dataset(name).bookmarks.find((each) => each.name === short)
  if (mark === undefined) throw new Refused(`incremental source (${full}) does not exist`)
  return mark
}
