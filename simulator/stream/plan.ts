import { cipherOf, encryptionRootOf, isReadable, settingOf } from '../properties/settings.ts'
import type { DatasetRecord, Extent, PoolRecord, SnapshotRecord, StreamFlags } from '../state/model.ts'
import type { Store } from '../state/store.ts'
import { findBookmark, findSnapshot, importedPool, openSnapshot, type SnapshotPlace } from '../state/tree.ts'
import { Failure, missingDataset } from '../words/fail.ts'
import { parseName, poolOf } from '../words/names.ts'
import { totalBytes } from './content.ts'
import type { StreamDescription } from './format.ts'
import type { ResumeToken } from './token.ts'

/** One snapshot to be sent, and how the dry run names it. */
export interface SendStep {
  readonly description: StreamDescription
  /** As printed: `s1` in a `-I`, the full name in a `-i`, null for a full one. */
  readonly from: string | null
  readonly estimate: number
  /** Number of the snapshot. */
  readonly snapshot: number
}

/** Where an increment begins. */
interface Base {
  readonly guid: string
  readonly txg: number
  readonly shown: string
  readonly ivset: string | null
}

/** What ZFS writes for a snapshot without any data, and its share of data beside the data. */
const emptyStreamBytes = 624

interface StepOptions {
  readonly flags: StreamFlags
  readonly properties: boolean
}

export function makeStep(store: Store, place: SnapshotPlace, base: Base | null, options: StepOptions): SendStep {
  const { pool, dataset, snapshot } = place
  const { raw } = options.flags
  const extents = contentOf(store, pool, dataset, snapshot, base?.txg ?? 0).map(({ b, s }) => ({ b, s }))
  const root = encryptionRootOf(pool, dataset)
  const recordsize = Number(settingOf(pool, dataset, 'recordsize')?.value ?? 0)
  // Flags that say nothing of this dataset are not in the stream: `-w` of plain data is `-Lec`.
  const flags: StreamFlags = {
    ...options.flags,
    raw: raw && root !== null,
    large: (options.flags.large || raw) && (recordsize > 131_072 || dataset.large),
  }
  const settings = root && {
    encryption: cipherOf(pool, dataset),
    keyformat: root.local.keyformat ?? 'passphrase',
    keylocation: 'prompt',
  }
  const description: StreamDescription = {
    kind: base ? 'incremental' : 'full',
    type: dataset.type,
    toName: `${dataset.name}@${snapshot.name}`,
    toGuid: snapshot.guid,
    toTime: snapshot.time,
    fromGuid: base?.guid ?? null,
    extents,
    skip: 0,
    flags,
    ...(dataset.local.volsize === undefined ? {} : { volsize: dataset.local.volsize }),
    ...(options.properties ? { properties: { ...dataset.local } } : {}),
    ...(flags.raw && settings
      ? { cipher: { settings, secret: root.secret ?? '', from: base?.ivset ?? null, to: snapshot.ivset ?? null } }
      : {}),
  }
  return {
    description,
    from: base?.shown ?? null,
    estimate: totalBytes(extents) + emptyStreamBytes,
    snapshot: snapshot.id,
  }
}

const baseOfSnapshot = (snapshot: SnapshotRecord, shown: string): Base => ({
  guid: snapshot.guid,
  txg: snapshot.txg,
  shown,
  ivset: snapshot.ivset ?? null,
})

const notEarlier = (name: string) =>
  new Failure(`warning: cannot send '${name}': not an earlier snapshot from the same fs`)

/** The one step of `-i FROM TO`. */
export function planSingle(store: Store, place: SnapshotPlace, from: string, options: StepOptions): SendStep {
  const to = `${place.dataset.name}@${place.snapshot.name}`
  const full = /^[@#]/.test(from) ? `${place.dataset.name}${from}` : from
  const parsed = parseName(full)
  if (parsed.kind === 'bookmark') {
    const mark = findBookmark(store, full)
    if (!mark) throw new Failure(`warning: cannot send '${to}': incremental source (${full}) does not exist`)
    if (mark.dataset !== place.dataset || mark.bookmark.txg >= place.snapshot.txg) throw notEarlier(to)
    return makeStep(store, place, { ...mark.bookmark, shown: full, ivset: mark.bookmark.ivset ?? null }, options)
  }
  const base = findSnapshot(store, full)
  if (!base) throw missingDataset(full)
  const lineage = lineageOf(store, place.pool, place.dataset)
  const [at, end] = [lineage.indexOf(base.snapshot), lineage.indexOf(place.snapshot)]
  if (at < 0 || at >= end) throw notEarlier(to)
  return makeStep(store, place, baseOfSnapshot(base.snapshot, full), options)
}

/** The steps of `-I FROM TO`: every snapshot between them. */
export function planAll(store: Store, place: SnapshotPlace, from: string, options: StepOptions): SendStep[] {
  if (from.includes('#')) throw new Failure('Error: multiple snapshots cannot be sent from a bookmark.')
  const to = `${place.dataset.name}@${place.snapshot.name}`
  const full = from.startsWith('@')
    ? `${place.dataset.name}${from}`
    : from.includes('@')
      ? from
      : `${place.dataset.name}@${from}`
  const base = openSnapshot(store, full)
  const { snapshots } = place.history
  const [at, end] = [snapshots.indexOf(base.snapshot), snapshots.indexOf(place.snapshot)]
  if (at === end)
    throw new Failure(`WARNING: could not send ${to}:\nincremental source (${full}) is not earlier than it`)
  if (at > end || (at < 0 && !lineageOf(store, place.pool, place.dataset).includes(base.snapshot))) {
    throw new Failure(`WARNING: could not send ${to}:\nincremental source (${full}) does not exist`)
  }
  let previous = base.snapshot
  return snapshots.slice(at + 1, end + 1).map((snapshot) => {
    const step = makeStep(store, { ...place, snapshot }, baseOfSnapshot(previous, previous.name), options)
    previous = snapshot
    return step
  })
}

/** Refuses to send what cannot be read. */
export function assertSendable(place: SnapshotPlace, raw: boolean): void {
  if (raw || isReadable(place.pool, place.dataset)) return
  throw new Failure(`warning: cannot send '${place.dataset.name}@${place.snapshot.name}': dataset key must be loaded`)
}

/** The snapshots a dataset's head grew from, oldest first: its own, and before them those of what it is a clone of. */
function lineageOf(store: Store, pool: PoolRecord, dataset: DatasetRecord): SnapshotRecord[] {
  const own = store.history(pool, dataset).snapshots
  const { origin } = dataset
  const parent = origin && pool.datasets.find((one) => one.id === origin.dataset)
  if (!origin || !parent) return own
  const above = lineageOf(store, pool, parent)
  return [...above.slice(0, above.findIndex((one) => one.id === origin.snapshot) + 1), ...own]
}

/** What a snapshot holds that was not there at the transaction group `sinceTxg` (0: all of it). */
export function contentOf(
  store: Store,
  pool: PoolRecord,
  dataset: DatasetRecord,
  snapshot: SnapshotRecord,
  sinceTxg = 0,
): Extent[] {
  const lineage = lineageOf(store, pool, dataset)
  const upTo = lineage.slice(0, lineage.findIndex((one) => one.id === snapshot.id) + 1)
  return upTo.flatMap((one) => one.ext).filter((one) => (one.t ?? snapshot.txg) > sinceTxg)
}

const stale = (why: string) => new Failure(`cannot resume send: ${why}`, 255)

/** The snapshot a token speaks of: wherever its guid is in the pool, whatever it is called by now. */
function findTarget(store: Store, token: ResumeToken): SnapshotPlace {
  const pool = importedPool(store, poolOf(token.toName))
  for (const dataset of pool?.datasets ?? []) {
    if (!pool) break
    const history = store.history(pool, dataset)
    const snapshot = history.snapshots.find((one) => one.guid === token.toGuid)
    if (snapshot) return { pool, dataset, history, snapshot }
  }
  throw findSnapshot(store, token.toName)
    ? stale(`'${token.toName}' is no longer the same snapshot used in the initial send`)
    : stale(`'${token.toName}' used in the initial send no longer exists`)
}

function findBase(store: Store, place: SnapshotPlace, guid: string): Base {
  const of = (dataset: DatasetRecord, snapshot: SnapshotRecord) =>
    baseOfSnapshot(snapshot, `${dataset.name}@${snapshot.name}`)
  for (const dataset of [place.dataset, ...place.pool.datasets]) {
    const { snapshots, bookmarks } = store.history(place.pool, dataset)
    const snapshot = snapshots.find((one) => one.guid === guid)
    if (snapshot) return of(dataset, snapshot)
    const mark = bookmarks.find((one) => one.guid === guid)
    if (mark) return { guid, txg: mark.txg, shown: `${dataset.name}#${mark.name}`, ivset: mark.ivset ?? null }
  }
  throw stale(`incremental source 0x${BigInt(guid).toString(16)} no longer exists`)
}

/** The rest of the send that the token remembers. */
export function planResume(store: Store, token: ResumeToken): { place: SnapshotPlace; step: SendStep } {
  const place = findTarget(store, token)
  const base = token.fromGuid === null ? null : findBase(store, place, token.fromGuid)
  const whole = makeStep(store, place, base, { flags: token.flags, properties: false })
  const description = { ...whole.description, kind: 'resume' as const, flags: token.flags, skip: token.bytes }
  const estimate = Math.max(0, totalBytes(description.extents) - token.bytes) + 624
  return { place, step: { ...whole, description, estimate } }
}
