import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg, newestOf } from './order.ts'
import type { Inventory, JudgeInput, Memory, PresentSide } from './types.ts'

/** Tools that replicate, by the names of the snapshots they make. */
const REPLICATORS: readonly (readonly [tool: string, name: RegExp])[] = [
  ['syncoid', /^syncoid_/],
  ['zrepl', /^zrepl_/],
  ['znapzend', /^(znapzend[-_]|\d{4}-\d\d-\d\d-\d{6}$)/],
]
/** Scheduled checks are not an interval apart to the second. */
export const SCHEDULE_SLACK = 0.9
/** Snapshots that somebody only takes on the backup hold a swap up for so many intervals in all: they may come for ever. */
const PATIENCE = 3

/** The replicator that names its snapshots like this; null: none that is known. */
export function replicatorOf(snapshot: string): string | null {
  return REPLICATORS.find(([, name]) => name.test(snapshot))?.[0] ?? null
}

type Foreign = NonNullable<Memory['foreign']>
type Look = Pick<JudgeInput, 'inventory' | 'memory' | 'now' | 'intervalSeconds' | 'ownGuids'>

/** Did anything come to the backup since the last look, whoever sent it? Only then is it asked what was sent by us. */
export function hasNewSnapshots({ inventory, memory }: Pick<Look, 'inventory' | 'memory'>): boolean {
  const { backup } = inventory
  return backup.state === 'present' && newSnapshots(backup, memory).length > 0
}

/** The last that somebody else brought to the backup, as known after this look. What happens on the primary alone is none of it. */
export function foreignActivity(look: Look): Foreign | null {
  const { inventory, memory, now, intervalSeconds } = look
  const before = notFromTheFuture(memory.foreign ?? null, now)
  const { backup } = inventory
  if (backup.state !== 'present') return before
  const arrived = newSnapshots(backup, memory).filter(({ guid }) => look.ownGuids?.has(guid) !== true)
  // Nothing is known of an earlier look: then only what a replicator has just made says something.
  const found = memory.backupSeen?.guid === backup.facts.guid ? arrived : arrived.filter((each) => isFresh(look, each))
  const newest = found.at(-1)
  if (newest === undefined) return before
  const there = idsOn(inventory.primary)
  const tool = found.map(({ name }) => replicatorOf(name)).findLast((each) => each !== null) ?? null
  const goesOn = before !== null && now - before.at <= 2 * intervalSeconds * 1000
  return {
    at: now,
    since: goesOn ? before.since : now,
    count: found.length,
    newest: newest.name,
    taken: newest.creation,
    tool,
    replicated: tool !== null || found.some(({ guid }) => there.has(guid)),
  }
}

/** A clock that was ahead dated it: the wait for a quiet interval begins again with this look, not with that date. */
function notFromTheFuture(foreign: Foreign | null, now: number): Foreign | null {
  return foreign === null || foreign.at <= now ? foreign : { ...foreign, at: now, since: Math.min(foreign.since, now) }
}

/** No swap by itself within an interval of somebody else's last activity on the backup. */
export function holdsBackSwap(foreign: Foreign | null, now: number, intervalSeconds: number): boolean {
  if (foreign === null) return false
  const interval = intervalSeconds * 1000
  const quiet = now - foreign.at >= interval * SCHEDULE_SLACK
  return !quiet && (foreign.replicated || now - foreign.since < interval * PATIENCE)
}

/** What the next look compares with. */
export function seenOf({ backup }: Inventory): Memory['backupSeen'] {
  if (backup.state !== 'present') return null
  return { guid: backup.facts.guid, newestCreatetxg: (newestOf(backup.snapshots)?.createtxg ?? 0n).toString() }
}

function newSnapshots(backup: PresentSide, { backupSeen }: Memory): readonly SnapshotEntry[] {
  const known = backupSeen?.guid === backup.facts.guid ? BigInt(backupSeen.newestCreatetxg) : 0n
  // Mostly nothing is new, and one comparison tells.
  if ((newestOf(backup.snapshots)?.createtxg ?? 0n) <= known) return []
  return byCreatetxg(backup.snapshots).filter(({ createtxg }) => createtxg > known)
}

function isFresh({ inventory, now, intervalSeconds }: Look, { name, creation }: SnapshotEntry): boolean {
  const age = now / 1000 + (inventory.primarySkewSeconds ?? 0) - creation
  return replicatorOf(name) !== null && age < intervalSeconds
}

function idsOn(primary: Inventory['primary']): ReadonlySet<Guid> {
  if (primary.state !== 'present') return new Set()
  return new Set([...primary.snapshots, ...primary.bookmarks].map(({ guid }) => guid))
}
