import { poolOf } from '#lib/zfs/names.ts'
import { divergenceOf, isDiverged } from '../compare.ts'
import { isRawLine } from '../encryption.ts'
import { foreignActivity, holdsBackSwap, SCHEDULE_SLACK } from '../foreign-activity.ts'
import { clashFree, clearNames } from '../plan/clear-names.ts'
import { LISTED } from '../sentences/evidence.ts'
import { halfDoneSwap, ownSiblings, recordOf } from '../swap.ts'
import { partialReceive } from '../token.ts'
import type { Inventory, Sibling, SwapRecord } from '../types/inventory.ts'
import type { Reason } from '../types/reason.ts'
import type { JudgeInput } from '../types/verdict.ts'
import { fact, factOrNull, listed, type Rule } from './context.ts'
import { isContainer, leftOut } from './left-out.ts'

/** Missing, or without anything in common. */
export const backupRule: Rule = (context) => {
  const { input, comparison, primary, backup, reason } = context
  if (isContainer(context)) return []
  if (input.inventory.backup.state === 'missing') {
    const pool = input.inventory.backupPool?.name ?? poolOf(input.mapping.backup.dataset)
    const eligible = comparison?.eligibleCount ?? 0
    const none = primary !== null && eligible === 0
    return [
      reason('BACKUP_DATASET_MISSING', {
        eligible,
        pool,
        leftOut: none ? leftOut(input.policy, primary.snapshots, input.filterAt) : null,
      }),
    ]
  }
  if (primary === null || backup === null || comparison === null) return []
  if (comparison.base !== null || comparison.eligibleCount === 0) return []
  const evidence = {
    primarySnapshots: comparison.primarySnapshots,
    backupSnapshots: comparison.backupSnapshots,
    sameNames: comparison.clashes.length,
    partialReceive: backup.facts.receiveResumeToken !== null,
  }
  return [reason('NO_COMMON_SNAPSHOT', evidence)]
}

/** What stands on the backup after the base and would refuse an incremental. */
export const divergedRule: Rule = ({ input, comparison, primary, backup, reason }) => {
  const base = comparison?.base ?? null
  if (primary === null || backup === null || comparison === null || base === null) return []
  const divergence = divergenceOf(input.inventory, comparison, isRawLine(input))
  const reasons: Reason[] = []
  if (divergence.ahead) reasons.push(reason('BACKUP_AHEAD', { ...listed(comparison.backupAhead), base: fact(base) }))
  if (divergence.harmlessExtra) reasons.push(reason('EXTRA_ON_BACKUP', listed(comparison.backupAhead)))
  if (divergence.modified) {
    const newestBackup = factOrNull(comparison.newestBackup)
    reasons.push(
      reason('BACKUP_MODIFIED', {
        writtenBytes: comparison.backupWritten,
        newestBackup,
        readonly: backup.facts.readonly,
        onlyDirectories: input.inventory.onlyDirectories === true,
      }),
    )
  }
  if (divergence.clash) {
    const { clashes } = comparison
    const onlyNames = !divergence.ahead && !divergence.modified
    const cleared = clearNames(input.mapping, backup, comparison, onlyNames ? null : base.guid)
    const goesOn = cleared === null ? clashFree(input, primary, backup, comparison).base : base
    reasons.push(
      reason('NAME_CLASH', {
        count: clashes.length,
        clashes: clashes.slice(0, LISTED),
        goesOnFrom: goesOn?.backupName ?? null,
        onlyNames,
        renamed: cleared !== null,
      }),
    )
  }
  return reasons
}

/**
 * Snapshots that the backup has not, below the base: they can never be filled in. Only those newer than its oldest
 * common one are a gap; older ones are merely kept shorter there.
 */
export const gapRule: Rule = ({ comparison, primary, backup, reason }) => {
  if (comparison === null || primary === null || backup === null || comparison.gaps.length === 0) return []
  const held = new Set(backup.snapshots.map((entry) => entry.guid))
  const common = primary.snapshots.filter((entry) => held.has(entry.guid))
  const oldest = common.reduce<bigint | null>(
    (min, { createtxg }) => (min === null || createtxg < min ? createtxg : min),
    null,
  )
  if (oldest === null) return []
  const after = new Set(primary.snapshots.filter((entry) => entry.createtxg > oldest).map((entry) => entry.guid))
  const gaps = comparison.gaps.filter((gap) => after.has(gap.guid))
  return gaps.length === 0 ? [] : [reason('GAP_ON_BACKUP', { ...listed(gaps), eligible: comparison.eligibleCount })]
}

/** Bytes by which `written` of the backup grew since the last look; null where it did not, or there was no last look. */
export function grownBytes({ inventory, memory }: Pick<JudgeInput, 'inventory' | 'memory'>): number | null {
  if (inventory.backup.state !== 'present' || memory.backupWritten === null) return null
  const grown = inventory.backup.facts.written - memory.backupWritten.bytes
  return grown > 0 ? grown : null
}

/** What grew is a change of directories, as mounting a child makes: no one's work. */
export function isOnlyMounting({ inventory }: Pick<JudgeInput, 'inventory'>): boolean {
  return inventory.onlyDirectories === true
}

/** Epoch ms of the look that saw it grow, where that is less than an interval ago and what was written is still there. */
function grewLately({ inventory, memory, now, intervalSeconds }: JudgeInput): number | null {
  const grewAt = memory.backupWritten?.grewAt ?? null
  if (inventory.backup.state !== 'present' || inventory.backup.facts.written === 0 || grewAt === null) return null
  return now - grewAt < intervalSeconds * 1000 * SCHEDULE_SLACK ? Math.min(grewAt, now) : null
}

/** Perhaps a failover: someone works on the backup. A backup that is itself replicated onwards is fine until it diverges. */
export const inUseRule: Rule = ({ input, comparison, backup, reason }) => {
  if (backup === null || backup.snapshots.length === 0) return []
  const grewBytes = grownBytes(input)
  const grewAt = isOnlyMounting(input) ? null : grewBytes === null ? grewLately(input) : input.now
  const diverged =
    comparison !== null &&
    (comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input))))
  const alsoPrimary = input.backupIsPrimaryElsewhere && diverged
  if (grewAt === null && !alsoPrimary) return []
  const { autoRepair, dryRun, onDiverged } = input.policy
  return [
    reason('BACKUP_IN_USE', {
      writtenBytes: backup.facts.written,
      grewBytes,
      grewAt,
      primaryOfAnotherMapping: input.backupIsPrimaryElsewhere,
      setsAside: !alsoPrimary && autoRepair && !dryRun && onDiverged !== 'ask' ? onDiverged : null,
    }),
  ]
}

/** A receive that runs is BUSY, one that stands still is PARTIAL_RECEIVE. */
export const partialRule: Rule = ({ input, reason }) => {
  const partial = partialReceive(input, input.ownToken)
  if (partial.state === 'none') return []
  const { token } = input.inventory
  const known = token !== null && !('unusable' in token) ? token : null
  const toName = known?.toName ?? null
  const receivedBytes = known?.bytes ?? null
  if (partial.state === 'moving') return [reason('BUSY', { toName, receivedBytes, lately: null })]
  const unusable = partial.state === 'stale' ? partial.because : null
  const remainingBytes = known?.remainingBytes ?? null
  return [
    reason('PARTIAL_RECEIVE', {
      receivedBytes,
      remainingBytes,
      toName,
      unusable,
      unchangedLooks: partial.unchangedLooks,
    }),
  ]
}

/** A receive that is seen to run, not one that ran lately. */
export function isReceiving(reasons: readonly Reason[]): boolean {
  return reasons.some(({ code, evidence }) => code === 'BUSY' && evidence.lately == null)
}

/** Someone else was at work on a backup that may have to be set aside: said, and waited for. */
export const foreignRule: Rule = ({ input, comparison, backup, reason }) => {
  if (backup === null || comparison === null || backup.snapshots.length === 0) return []
  const partial = partialReceive(input, input.ownToken)
  const diverged = comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input)))
  if (partial.state === 'moving' || (partial.state === 'none' && !diverged)) return []
  const foreign = foreignActivity(input)
  if (foreign === null || !holdsBackSwap(foreign, input.now, input.intervalSeconds)) return []
  const { count, newest, taken = null, tool: replicator, replicated, at } = foreign
  const lately = { count, newest, taken, replicator, replicated, at }
  return [reason('BUSY', { toName: null, receivedBytes: null, lately })]
}

export const SET_ASIDE_LIMIT = 3
/** Of those that hold nothing: each still pins a snapshot and is something to look at. */
export const EMPTY_SET_ASIDE_LIMIT = 30

/**
 * The set-asides because of which no more is made; none: there is room. Those that hold nothing do not count among the
 * few: a tool that takes snapshots on the primary and removes them again makes one of each of its visits on a raw line.
 */
export function setAsidesAtLimit(inventory: Inventory): readonly Sibling[] {
  const all = ownSiblings(inventory, 'aside')
  const holding = all.filter(({ holdsNothing }) => holdsNothing !== true)
  if (holding.length >= SET_ASIDE_LIMIT) return holding
  return all.length >= EMPTY_SET_ASIDE_LIMIT ? all : []
}

export const swapRule: Rule = ({ input, reason }) => {
  const half = halfDoneSwap(input.inventory)
  return half === null ? [] : [reason('HALF_DONE_SWAP', { state: half.state, datasets: half.datasets })]
}

const UNSURE: ReadonlySet<SwapRecord['swap']> = new Set(['unknown', 'settled'])

/** What the backup's `canmount` was before that swap is recorded nowhere on the SAN, so it is reported and not guessed. */
export const canmountRule: Rule = ({ input, reason }) => {
  const { inventory } = input
  const aside = ownSiblings(inventory, 'aside').at(-1)
  if (inventory.backup.state !== 'present' || aside === undefined || halfDoneSwap(inventory) !== null) return []
  const { swap, backupCanmount } = recordOf(inventory, aside.name)
  const couldBe = backupCanmount === 'noauto' && aside.canmount === 'noauto'
  const isUnsure = inventory.swapRecords !== undefined && UNSURE.has(swap)
  return couldBe && isUnsure ? [reason('CANMOUNT_UNSURE', { setAside: aside.name })] : []
}

/** Said only where one more would be needed. */
export const setAsideLimitRule: Rule = ({ input, comparison, backup, reason }) => {
  if (backup === null || comparison === null) return []
  const setAsides = setAsidesAtLimit(input.inventory).map((sibling) => sibling.name)
  const needed = comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input)))
  if (!needed || setAsides.length === 0) return []
  const limit = setAsides.length < EMPTY_SET_ASIDE_LIMIT ? SET_ASIDE_LIMIT : EMPTY_SET_ASIDE_LIMIT
  return [reason('SET_ASIDE_LIMIT', { setAsides, limit })]
}
