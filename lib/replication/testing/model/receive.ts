import { type ModelDataset, OWN_OVERHEAD, Refused } from './objects.ts'
import type { ModelSan } from './san.ts'
import type { Cut, Stream } from './stream.ts'

/** `zfs receive -s -u WORDS…` of a stream. Throws where ZFS refuses, and where the stream was cut. */
export function receive(san: ModelSan, words: readonly string[], stream: Stream, cut: Cut | null): void {
  if (words.some((word) => /^-[a-z]*[FA]/.test(word))) throw new Error('A plan must never force.')
  const name = words.at(-1) ?? ''
  const settings = words.flatMap((word, index) => (words[index - 1] === '-o' ? [word.split('=', 2)] : []))
  const local = settings.map(([key = '', value = '']) => [key, value] as const)
  for (const [index, hop] of stream.hops.entries()) {
    const stopsHere = cut !== null && index >= cut.arrived
    if (stopsHere && !cut.saved) throw new Refused('failed to read from stream')
    const dataset = stream.token === null ? admit(san, name, stream, hop, local) : admitResume(san, name, hop)
    if (stopsHere) {
      const newestTxg = dataset.partial?.newestTxg ?? dataset.snapshots.at(-1)?.createtxg ?? 0n
      const token = `1-${san.txg().toString(16)}-80-789c`
      dataset.partial = { token, toGuid: hop.snapshot.guid, fromGuid: hop.fromGuid, newestTxg }
      throw new Refused('checksum mismatch or incomplete stream. Partially received snapshot is saved.')
    }
    finish(san, dataset, hop)
  }
}

type Hop = Stream['hops'][number]

function admit(
  san: ModelSan,
  name: string,
  { type }: Stream,
  hop: Hop,
  local: readonly (readonly [string, string])[],
): ModelDataset {
  if (hop.fromGuid === null) return san.create(name, type, local)
  const dataset = san.dataset(name)
  if (dataset.partial !== null) throw new Refused('contains partially-complete state')
  if (dataset.snapshots.some((each) => each.name === hop.snapshot.name)) throw new Refused('destination already exists')
  const base = dataset.snapshots.findIndex(({ guid }) => guid === hop.fromGuid)
  if (base < 0) throw new Refused('most recent snapshot does not match incremental source')
  if (dataset.live.length > 0 || dataset.snapshots.slice(base + 1).some(({ data }) => data.length > 0))
    throw new Refused('destination has been modified since most recent snapshot')
  return dataset
}

function admitResume(san: ModelSan, name: string, hop: Hop): ModelDataset {
  const dataset = san.dataset(name)
  const { partial, snapshots } = dataset
  const mismatch = new Refused('kernel modules must be upgraded to receive this stream')
  if (partial?.toGuid !== hop.snapshot.guid) throw mismatch
  if (partial.fromGuid === null) return dataset
  const newest = snapshots.at(-1)
  if (!snapshots.some(({ guid }) => guid === partial.fromGuid)) throw mismatch
  if (newest?.guid !== partial.fromGuid && (newest?.createtxg ?? 0n) > partial.newestTxg) throw mismatch
  if (dataset.live.length > 0) throw new Refused('destination has been modified since most recent snapshot')
  return dataset
}

function finish(san: ModelSan, dataset: ModelDataset, { snapshot, fromGuid, data }: Hop): void {
  const createtxg = san.txg()
  const first = fromGuid === null ? [{ id: OWN_OVERHEAD, born: createtxg }] : []
  const { name, guid, creation } = snapshot
  const arrived = [...first, ...data.map(({ id }) => ({ id, born: createtxg }))]
  dataset.snapshots.push({ name, guid, createtxg, creation, holds: new Set(), data: arrived })
  dataset.live = []
  dataset.partial = null
}
