import type { Policy } from '#config/effective.ts'
import { divergenceOf, isDiverged } from '#lib/replication/compare.ts'
import { clashFree } from '#lib/replication/plan/clear-names.ts'
import { missingFrom } from '#lib/replication/plan/preflight.ts'
import { roomIn } from '#lib/replication/space.ts'
import { halfDoneSwap, ownSiblings } from '#lib/replication/swap.ts'
import type { Comparison, Enclosing, Inventory, IvSets, PresentSide, Rights } from '#lib/replication/types/inventory.ts'
import type { Quota } from '#lib/zfs/answers.ts'
import { parentOf } from '#lib/zfs/names.ts'
import { RIGHTS_OF } from '#lib/zfs/rights.ts'
import type { WitnessMark } from '#lib/zfs/witness-mark.ts'
import type { Sans } from './ports.ts'

interface Seen {
  readonly dataset: { readonly config: { readonly policy: Policy } }
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

const DAY_MS = 24 * 3600_000
const MOST_KEPT = 20_000
/** Of its pool's free space: below this something else than the pool limits a dataset (ZFS itself keeps a few per cent). */
const LIMITED = 0.9

/**
 * What was read of what makes a repair fail. The IV set of a snapshot never changes; quotas and rights are read again
 * after a day, and rights that were missing at each check, until they are there.
 */
export class ForesightBook {
  readonly ivSets = new Map<string, string>()
  readonly quotas = new Map<string, { readonly at: number; readonly quotas: readonly Quota[] }>()
  /** By what was written: the same bytes touched the same things. Null: it could not be learned. */
  readonly directories = new Map<string, boolean | null>()
  readonly rights = new Map<string, { readonly at: number; readonly rights: ReadonlySet<string> | 'all' }>()

  /** Bounded by beginning anew: what is asked for again is soon here again. */
  put<T>(kept: Map<string, T>, key: string, value: T): void {
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, value)
  }
}

interface Options<T extends Seen> {
  readonly book: ForesightBook
  readonly now: number
  readonly fresh: boolean
  /** Is the mark of another witness remembered of it? */
  readonly isMarked: (seen: T) => boolean
  readonly signal?: AbortSignal
}

/** Fills in how a stream has to be sent, and what is known to make the next repair fail: quotas, rights that are missing. */
export async function foresee<T extends Seen>(
  sans: Sans,
  seen: readonly T[],
  options: Options<T>,
): Promise<readonly T[]> {
  const [ivSets, above, quotas, delegated, marks, directories] = await Promise.all([
    ivSetsOf(sans, seen, options),
    aboveOf(sans, seen, options),
    quotasOf(sans, seen, options),
    rightsOf(sans, seen, options),
    marksOf(sans, seen, options),
    directoriesOf(sans, seen, options),
  ])
  return seen.map((each) => {
    const found = {
      ...ivSets.get(each),
      ...above.get(each),
      ...quotas.get(each),
      ...delegated.get(each),
      ...marks.get(each),
      ...directories.get(each),
    }
    return { ...each, inventory: { ...each.inventory, ...found } }
  })
}

/**
 * Asked of what an increment may go on from, once for each: by it, and by nothing else, a line is known to be raw. Before a
 * repair it is asked again. Where the backup is not encrypted there is nothing to ask.
 */
async function ivSetsOf<T extends Seen>(sans: Sans, seen: readonly T[], { book, fresh, signal }: Options<T>) {
  const wanted = seen.flatMap((each) => {
    const { inventory, comparison } = each
    const { primary, backup, mapping } = inventory
    if (comparison?.base == null || primary.state !== 'present' || backup.state !== 'present') return []
    if (primary.facts.encryption === 'off' || backup.facts.encryption === 'off') return []
    const bases = [comparison.base, goesBackTo(each, primary, backup, comparison)]
    return bases.flatMap((base) => {
      if (base === null) return []
      const mark = base.kind === 'bookmark' ? '#' : '@'
      // With the dataset's own guid and the createtxg there: a snapshot of this guid may be received anew.
      const txg = backup.snapshots.find(({ guid }) => guid === base.guid)?.createtxg ?? 0n
      const ends = [
        { ...mapping.primary, base: `${mapping.primary.dataset}${mark}${base.name}`, of: primary.facts.guid },
        { ...mapping.backup, base: `${mapping.backup.dataset}@${base.backupName}`, of: `${backup.facts.guid} ${txg}` },
      ].map((end) => ({ ...end, key: `${end.host} ${end.base} ${base.guid} ${end.of}` }))
      return [{ each, guid: base.guid, ends }]
    })
  })
  const asks = wanted.flatMap(({ ends }) => ends.filter(({ key }) => fresh || !book.ivSets.has(key)))
  const read = asks.length === 0 ? new Map<string, string>() : await sans.ivSets(asks, signal)
  for (const { host, base, key } of asks) {
    const ivSet = read.get(`${host}:${base}`)
    if (ivSet === undefined) book.ivSets.delete(key)
    else book.put(book.ivSets, key, ivSet)
  }
  const found = new Map<T, { readonly ivSets: ReadonlyMap<string, IvSets> }>()
  for (const { each, guid, ends } of wanted) {
    const [primary, backup] = ends.map(({ key }) => book.ivSets.get(key))
    if (primary === undefined || backup === undefined) continue
    found.set(each, { ivSets: new Map([...(found.get(each)?.ivSets ?? []), [guid, { primary, backup }]]) })
  }
  return found
}

/** The older base, where names that go round stand in the way of the newest. */
function goesBackTo(
  { inventory, dataset }: Seen,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
): Comparison['base'] {
  if (comparison.clashes.length === 0) return null
  const { base } = clashFree({ inventory, policy: dataset.config.policy }, primary, backup, comparison)
  return base?.guid === comparison.base?.guid ? null : base
}

/** What stands above both, where a new backup is to be made of something that is not encrypted. */
async function aboveOf<T extends Seen>(sans: Sans, seen: readonly T[], { signal }: Options<T>) {
  const wanted = seen.flatMap((each) => {
    const { inventory, comparison } = each
    const { primary, backup, mapping } = inventory
    if (primary.state !== 'present' || primary.facts.encryption !== 'off' || comparison === null) return []
    if (backup.state !== 'missing' && (backup.state !== 'present' || comparison.base !== null)) return []
    const above = [mapping.primary, mapping.backup].map(({ host, dataset }) => ({ host, dataset: parentOf(dataset) }))
    return [{ each, above }]
  })
  const asks = wanted.flatMap(({ above }) =>
    above.flatMap(({ host, dataset }) => (dataset === null ? [] : [{ host, dataset }])),
  )
  const once = [...new Map(asks.map((ask) => [`${ask.host}:${ask.dataset}`, ask])).values()]
  const read = once.length === 0 ? new Map<string, Enclosing>() : await sans.enclosing(once, signal)
  return new Map(
    wanted.map(({ each, above }) => {
      const [primary, backup] = above.map(({ host, dataset }) => read.get(`${host}:${dataset}`) ?? null)
      return [each, { above: { primary: primary ?? null, backup: backup ?? null } }] as const
    }),
  )
}

async function quotasOf<T extends Seen>(sans: Sans, seen: readonly T[], { book, now, fresh, signal }: Options<T>) {
  const wanted = seen.filter(({ inventory, comparison }) => isLimited(inventory) && comparison?.behind.length)
  const keyOf = ({ inventory: { mapping } }: T) => `${mapping.backup.host}:${mapping.backup.dataset}`
  const holds = (each: T) => now - (book.quotas.get(keyOf(each))?.at ?? Number.NEGATIVE_INFINITY) < DAY_MS
  const asks = wanted.filter((each) => fresh || !holds(each)).map(({ inventory }) => inventory.mapping.backup)
  const read = asks.length === 0 ? new Map<string, readonly Quota[]>() : await sans.quotas(asks, signal)
  for (const [key, quotas] of read) book.put(book.quotas, key, { at: now, quotas })
  return new Map(
    wanted.flatMap((each) => {
      const known = book.quotas.get(keyOf(each))
      return known === undefined ? [] : [[each, { quotas: known.quotas }] as const]
    }),
  )
}

/** The backup may take noticeably less than its pool has free. */
export function isLimited({ backup, backupPool }: Inventory): boolean {
  return backup.state === 'present' && backupPool !== null && backup.facts.available < roomIn(backupPool).free * LIMITED
}

async function rightsOf<T extends Seen>(sans: Sans, seen: readonly T[], { book, now, fresh, signal }: Options<T>) {
  const wanted = seen.flatMap((each) => {
    const { inventory, comparison, dataset } = each
    const { policy } = dataset.config
    if (!policy.autoRepair || policy.dryRun || comparison === null || comparison.behind.length === 0) return []
    const { primary, backup, mapping } = inventory
    if (primary.state !== 'present' || (backup.state !== 'present' && backup.state !== 'missing')) return []
    const present = backup.state === 'present'
    const ends = [
      { ...mapping.primary, present: true, needs: RIGHTS_OF.send },
      { ...mapping.backup, present, needs: RIGHTS_OF.receive },
    ].map((end) => ({ ...end, key: `${end.host}:${end.dataset}`, kept: `${end.host}:${end.dataset} ${end.present}` }))
    return [{ each, ends }]
  })
  const holds = ({ kept, needs }: (typeof wanted)[number]['ends'][number]): boolean => {
    const known = book.rights.get(kept)
    if (fresh || known === undefined || now - known.at >= DAY_MS || now < known.at) return false
    return known.rights === 'all' || missingFrom(known.rights, new Set<string>(needs)).length === 0
  }
  const asks = wanted.flatMap(({ ends }) => ends.filter((end) => !holds(end)))
  const read = asks.length === 0 ? new Map() : await sans.delegated(asks, signal)
  for (const { key, kept } of asks) {
    const rights = read.get(key)
    // One that could not be read this time is not known, whatever it was.
    if (rights === undefined) book.rights.delete(kept)
    else book.put(book.rights, kept, { at: now, rights })
  }
  return new Map(
    wanted.map(({ each, ends }) => {
      const [primary, backup] = ends.map(({ kept }) => book.rights.get(kept)?.rights ?? null)
      const delegated: Rights = { primary: primary ?? null, backup: backup ?? null }
      return [each, { delegated }] as const
    }),
  )
}

/**
 * Which witness repaired a backup last, wherever a repair of policy may begin, right after one, and as long as the mark of
 * another one is remembered. While a swap is half done its mark is on what was moved away.
 */
async function marksOf<T extends Seen>(sans: Sans, seen: readonly T[], { fresh, isMarked, signal }: Options<T>) {
  const wanted = seen.flatMap((each) => {
    const { inventory, comparison, dataset } = each
    const { policy } = dataset.config
    const { backup, mapping } = inventory
    if (!policy.autoRepair || policy.dryRun || (backup.state !== 'present' && backup.state !== 'missing')) return []
    const swap = halfDoneSwap(inventory) !== null
    const stored = backup.state === 'present' && backup.facts.receiveResumeToken !== null
    const diverged =
      comparison?.base == null || comparison.behind.length > 0 || isDiverged(divergenceOf(inventory, comparison, true))
    if (!fresh && !swap && !stored && !diverged && !isMarked(each)) return []
    const aside = backup.state === 'missing' || swap ? ownSiblings(inventory, 'aside').at(-1) : undefined
    const names = [
      ...(backup.state === 'present' ? [mapping.backup.dataset] : []),
      ...(aside === undefined ? [] : [aside.name]),
    ]
    return names.length === 0 ? [] : [{ each, host: mapping.backup.host, names }]
  })
  const asks = wanted.flatMap(({ host, names }) => names.map((dataset) => ({ host, dataset })))
  const read = asks.length === 0 ? new Map<string, WitnessMark | null>() : await sans.marks(asks, signal)
  return new Map(
    wanted.flatMap(({ each, host, names }) => {
      const found = names.map((name) => read.get(`${host}:${name}`))
      if (found.includes(undefined)) return []
      const newest = found.reduce<WitnessMark | null>((last, mark) => {
        return mark != null && (last === null || mark.at > last.at) ? mark : last
      }, null)
      return [[each, { mark: newest }] as const]
    }),
  )
}

/** So little does a mount write; what wrote more is not asked about, and the answer stays short. */
const TOUCHED_BYTES = 1024 ** 2

/**
 * What was written to a mounted backup after its newest snapshot: directories alone? Only where a repair of policy depends
 * on it, and nowhere under `dry_run`: ZFS takes a snapshot of its own to find out, for as long as it looks.
 */
async function directoriesOf<T extends Seen>(sans: Sans, seen: readonly T[], { book, fresh, signal }: Options<T>) {
  const wanted = seen.flatMap((each) => {
    const { inventory, comparison, dataset } = each
    const { policy } = dataset.config
    const { backup, mapping } = inventory
    const base = comparison?.base ?? null
    if (!policy.autoRepair || policy.dryRun || backup.state !== 'present' || base === null) return []
    const { type, mounted, written, guid, receiveResumeToken } = backup.facts
    const touched = written > 0 && written <= TOUCHED_BYTES && comparison?.backupAhead.length === 0
    if (type !== 'filesystem' || !mounted || !touched || receiveResumeToken !== null) return []
    const key = `${mapping.backup.host}:${mapping.backup.dataset}`
    return [
      {
        each,
        key,
        kept: `${key} ${guid} ${base.guid} ${written}`,
        ask: { ...mapping.backup, snapshot: base.backupName },
      },
    ]
  })
  const open = wanted.filter(({ kept }) => fresh || !book.directories.has(kept))
  const read =
    open.length === 0
      ? new Map<string, boolean>()
      : await sans.onlyDirectories(
          open.map(({ ask }) => ask),
          signal,
        )
  for (const { key, kept } of open) book.put(book.directories, kept, read.get(key) ?? null)
  return new Map(
    wanted.flatMap(({ each, kept }) => {
      const only = book.directories.get(kept)
      return only == null ? [] : [[each, { onlyDirectories: only }] as const]
    }),
  )
}
