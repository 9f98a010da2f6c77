import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg, newestOf } from './compare.ts'
import type { Rule } from './judge/context.ts'
import type { Inventory, PresentSide } from './types/inventory.ts'
import type { Reason } from './types/reason.ts'
import type { JudgeInput, Memory } from './types/verdict.ts'

/** Tools that replicate, by the names of the snapshots they make. */
const REPLICATORS: readonly (readonly [tool: string, name: RegExp])[] = [
  ['syncoid', /^syncoid_/],
  ['zrepl', /^zrepl_/],
  ['znapzend', /^(znapzend[-_]|\d{4}-\d\d-\d\d-\d{6}$)/],
]
/** Scheduled checks are not an interval apart to the second. */
export const SCHEDULE_SLACK = 0.9
/** Snapshots that someone only takes on the backup hold a swap up for so many intervals in all: they may come for ever. */
const PATIENCE = 3

/** The replicator that names its snapshots like this; null: none that is known. */
export function replicatorOf(snapshot: string): string | null {
  return REPLICATORS.find(([, name]) => name.test(snapshot))?.[0] ?? null
}

type Foreign = NonNullable<Memory['foreign']>
type ActivityLook = Pick<JudgeInput, 'inventory' | 'memory' | 'now' | 'intervalSeconds' | 'ownGuids'>

/** Did anything come to the backup since the last look, whoever sent it? Only then is it asked what was sent by us. */
export function hasNewSnapshots({ inventory, memory }: Pick<ActivityLook, 'inventory' | 'memory'>): boolean {
  const { backup } = inventory
  return backup.state === 'present' && newSnapshots(backup, memory).length > 0
}

/** The last that someone else brought to the backup, as known after this look. What happens on the primary alone is none of it. */
export function foreignActivity(look: ActivityLook): Foreign | null {
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

/** No swap by itself within an interval of someone else's last activity on the backup. */
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
  // Mostly nothing is new, and one comparison shows it.
  if ((newestOf(backup.snapshots)?.createtxg ?? 0n) <= known) return []
  return byCreatetxg(backup.snapshots).filter(({ createtxg }) => createtxg > known)
}

function isFresh({ inventory, now, intervalSeconds }: ActivityLook, { name, creation }: SnapshotEntry): boolean {
  const age = now / 1000 + (inventory.primarySkewSeconds ?? 0) - creation
  return replicatorOf(name) !== null && age < intervalSeconds
}

function idsOn(primary: Inventory['primary']): ReadonlySet<Guid> {
  if (primary.state !== 'present') return new Set()
  return new Set([...primary.snapshots, ...primary.bookmarks].map(({ guid }) => guid))
}

/*
 * Two witnesses with one configuration would go on with each other's transfers and finish each other's swaps. So each
 * repair leaves a mark on the backup, and who finds the fresh mark of another one starts nothing by itself. A mark is a
 * word of the SAN: it can only hold something back, and only for so long.
 */

/** So long a mark counts. */
const FRESH_MS = 24 * 3600_000
/** And so long where a swap is half done: the other one finishes it when it starts again, or it is gone. */
const MID_SWAP_MS = 3600_000

type WitnessLook = Pick<JudgeInput, 'inventory' | 'memory' | 'now' | 'witness'>

/** The other witness, as known after this look. Where the mark was not read this time, what was read before counts. */
export function otherWitness({ inventory: { mark }, memory, now, witness }: WitnessLook): Memory['otherWitness'] {
  const before = memory.otherWitness ?? null
  if (mark === undefined)
    return before === null || now >= until(before) ? null : { ...before, at: Math.min(before.at, now) }
  if (mark === null || mark.witness === witness) return null
  const same = before?.id === mark.witness && before.dated === mark.at
  // A clock that is ahead, or a forgery: dated by its first sight, or it would count until that date.
  const at = mark.at <= now ? mark.at : same ? Math.min(before.at, now) : now
  const found = { id: mark.witness, dated: mark.at, at }
  return now >= until(found) ? null : found
}

function until({ at }: NonNullable<Memory['otherWitness']>): number {
  return at + FRESH_MS
}

export const anotherWitnessRule: Rule = ({ input, reason }) => {
  const other = otherWitness(input) ?? null
  const { witness = null } = input
  if (other === null || witness === null) return []
  return [reason('ANOTHER_WITNESS', { other: other.id, own: witness, at: other.at, until: until(other) })]
}

/** Until when (epoch ms) nothing starts by itself for the sake of another witness; null: nothing is held for it. */
export function heldForAnother(reasons: readonly Reason[], finishesSwap: boolean): number | null {
  const evidence = reasons.find(({ code }) => code === 'ANOTHER_WITNESS')?.evidence
  if (typeof evidence?.at !== 'number') return null
  return evidence.at + (finishesSwap ? MID_SWAP_MS : FRESH_MS)
}
