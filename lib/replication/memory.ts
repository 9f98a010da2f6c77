import { rememberPrunings } from './chain.ts'
import { newestOf } from './compare.ts'
import { foreignActivity, otherWitness, seenOf } from './foreign-activity.ts'
import { grownBytes, isOnlyMounting } from './judge/backup.ts'
import { primaryMemory } from './judge/delay.ts'
import { historyAdopted, historyAfter } from './judge/lost-history.ts'
import { lineageOf } from './judge/primary.ts'
import { rewrittenAfter } from './judge/rewritten.ts'
import { rememberTree } from './judge/tree.ts'
import { quietLooks, tokenDigest } from './token.ts'
import type { Comparison, Inventory } from './types/inventory.ts'
import type { JudgeInput, Memory, Verdict } from './types/verdict.ts'

/** Nothing is known of a mapping yet. */
export function emptyMemory(): Memory {
  return {
    common: null,
    primary: null,
    backupWritten: null,
    firstMissing: {},
    token: null,
    last: null,
    backupSeenAt: null,
  }
}

/** What the next check needs to know of this one. A check that did not see both sides leaves everything but who answered,
 * and how the primary goes on. */
export function remember(input: JudgeInput, verdict: Verdict): Memory {
  const { memory, inventory, comparison, now } = input
  // What was dated by a clock that was ahead is no older than now, or it would count nothing until then.
  const seenBefore = memory.backupSeenAt === null ? null : Math.min(memory.backupSeenAt, now)
  const backupSeenAt = inventory.backup.state === 'unknown' ? seenBefore : now
  const settled = input.settledRun === undefined ? {} : { settledRun: input.settledRun }
  const ofPrimary = { ...primaryMemory(input, comparison), ...rememberHistory(input), ...rememberSizes(input) }
  if (!verdict.looked) return { ...memory, ...ofPrimary, backupSeenAt, ...settled }
  return {
    common:
      verdict.newestCommon === null || comparison === null
        ? memory.common
        : { guid: verdict.newestCommon.guid, at: now, backupGuid: guidOfBackup(inventory) },
    primary: rememberPrimary(inventory, comparison, memory),
    backupWritten: rememberWritten(input),
    backupSeen: seenOf(inventory),
    foreign: foreignActivity(input),
    ...rememberOther(input),
    firstMissing: comparison === null ? memory.firstMissing : {},
    ...ofPrimary,
    token: rememberToken(input),
    last: rememberVerdict(verdict, now),
    ...rememberChain(input, verdict),
    firstSeenAt: memory.firstSeenAt ?? memory.last?.at ?? now,
    ...(input.tree == null
      ? memory.tree == null
        ? {}
        : { tree: memory.tree }
      : { tree: rememberTree(input, input.tree) }),
    ...(memory.largeBlocks === true ? { largeBlocks: true } : {}),
    ...settled,
    ...(memory.refusedToken === undefined ? {} : { refusedToken: memory.refusedToken }),
    backupSeenAt,
  }
}

function rememberHistory(input: JudgeInput): Pick<Memory, 'history'> {
  const history = historyAfter(input, input.comparison)
  return history === undefined ? {} : { history }
}

/** Nothing is written down of a dataset that is never asked about. */
function rememberSizes(input: JudgeInput): Pick<Memory, 'sizes' | 'rewritten'> {
  const { sizes, rewritten } = rewrittenAfter(input)
  return sizes.length === 0 ? {} : { sizes, rewritten }
}

/** Nothing is written down where there never was another one. */
function rememberOther(input: JudgeInput): Pick<Memory, 'otherWitness'> {
  const other = otherWitness(input)
  return other == null && input.memory.otherWitness === undefined ? {} : { otherWitness: other ?? null }
}

function rememberChain({ memory, inventory, previous, now }: JudgeInput, { newestCommon }: Verdict) {
  const { commonSince = null, prunings = [] } = memory
  const since = newestCommon !== null && commonSince?.guid === newestCommon.guid ? Math.min(commonSince.at, now) : now
  return {
    commonSince: newestCommon === null ? null : { guid: newestCommon.guid, at: since },
    prunings: rememberPrunings(prunings, previous ?? null, inventory),
  }
}

type Adopted = Pick<JudgeInput, 'inventory' | 'policy' | 'now' | 'comparison'>

/**
 * After a repair that a person asked for, the primary as it is now is the one to follow: PRIMARY_REPLACED and
 * PRIMARY_REWOUND end. PRIMARY_LOST_HISTORY does not: increments go on under it, whoever starts them. Never call it for
 * an automatic repair.
 */
export function adoptPrimary(memory: Memory, look: Adopted): Memory {
  return memory.history?.lost == null ? followPrimary(memory, look) : { ...memory, ...recordAnew(memory, look) }
}

/** After a person's word, with a reason on record: all three end, and what the primary has now is held against later looks. */
export function followPrimary(memory: Memory, look: Adopted): Memory {
  const { history: _, ...others } = memory
  const history = historyAdopted({ ...look, memory }, look.comparison)
  return { ...others, ...recordAnew(memory, look), ...(history === undefined ? {} : { history }) }
}

function recordAnew(memory: Memory, { inventory }: Adopted): Pick<Memory, 'primary'> {
  return { primary: recorded(inventory) ?? memory.primary }
}

function guidOfBackup({ backup }: Inventory): string | undefined {
  return backup.state === 'present' ? backup.facts.guid : undefined
}

/** While the primary looks wrong its record stays, or the alarm would clear itself at the next check. */
function rememberPrimary(inventory: Inventory, comparison: Comparison | null, memory: Memory): Memory['primary'] {
  return lineageOf(inventory, comparison, memory) === 'same' && comparison !== null
    ? (recorded(inventory) ?? memory.primary)
    : memory.primary
}

function recorded({ primary }: Inventory): Memory['primary'] {
  if (primary.state !== 'present') return null
  return { guid: primary.facts.guid, newestCreatetxg: (newestOf(primary.snapshots)?.createtxg ?? 0n).toString() }
}

function rememberWritten({ inventory, memory, now }: JudgeInput): Memory['backupWritten'] {
  if (inventory.backup.state !== 'present') return null
  const grew = grownBytes({ inventory, memory }) !== null && !isOnlyMounting({ inventory })
  const before = memory.backupWritten?.grewAt ?? null
  // A date that a clock which was ahead has left behind: the wait begins again with this look, not with that date.
  const grewAt = grew ? now : before === null ? null : Math.min(before, now)
  return { bytes: inventory.backup.facts.written, grewAt }
}

function rememberToken(input: JudgeInput): Memory['token'] {
  const { backup } = input.inventory
  if (backup.state !== 'present' || backup.facts.receiveResumeToken === null) return null
  const digest = tokenDigest(backup.facts.receiveResumeToken)
  const { looks, at } = quietLooks(digest, input)
  return { digest, unchangedLooks: looks, at }
}

function rememberVerdict(verdict: Verdict, now: number): Memory['last'] {
  const behind = verdict.behind?.snapshots ?? 0
  const delayed = behind > 0 || (verdict.delaySeconds ?? 0) > 0
  return {
    health: verdict.health,
    reason: verdict.reason,
    reasons: verdict.reasons,
    at: now,
    oldestMissingSince: delayed && verdict.delaySeconds !== null ? now - verdict.delaySeconds * 1000 : null,
    newestCommon: verdict.newestCommon,
    newestPrimary: verdict.newestPrimary,
    newestBackup: verdict.newestBackup,
    behindSnapshots: behind,
  }
}
