import { LISTED } from '../sentences/evidence.ts'
import type { Reason } from '../types/reason.ts'
import type { JudgeInput, Memory, Tree } from '../types/verdict.ts'
import type { JudgeContext, Rule } from './context.ts'
import { isContainer } from './left-out.ts'

/** So many at once, and more than half of the tree, are no coming and going any more. */
const MANY = 5

/**
 * What the root of a recursive mapping remembers of its children. A mass of them that disappeared at once stays an alarm until
 * someone acknowledges it, or until they are back; what was acknowledged is settled for good, whatever becomes of the
 * acknowledgement later.
 */
export function rememberTree(
  { memory, now, intervalSeconds }: Pick<JudgeInput, 'memory' | 'now' | 'intervalSeconds'>,
  tree: Tree,
): NonNullable<Memory['tree']> {
  const before = memory.tree ?? null
  const settledAt = latest(before?.settledAt ?? null, tree.acknowledgedAt)
  const open = tree.retired.filter(({ at }) => settledAt === null || at > settledAt)
  const fresh = goneAtOnce({ ...tree, retired: open }, now, intervalSeconds)
  const known = before?.gone ?? null
  // The first sight of it says how large the tree was; what goes after that is more of the same.
  const gone = known !== null && stillGone(tree, known) ? known : fresh
  return { settledAt, gone: gone !== null && (settledAt === null || gone.at > settledAt) ? gone : null }
}

type Gone = NonNullable<NonNullable<Memory['tree']>['gone']>

/** Two checks may share one destruction between them: the listing of the first one came in the middle of it. */
function goneAtOnce({ retired, living }: Tree, now: number, intervalSeconds: number): Gone | null {
  const window = 2 * intervalSeconds * 1000
  const lately = retired.filter(({ at }) => now - at <= window)
  const of = lately.length + living
  if (!isMass(lately.length, of)) return null
  return { since: Math.min(...lately.map(({ at }) => at)), at: Math.max(...lately.map(({ at }) => at)), of }
}

function stillGone({ retired }: Tree, { since, of }: Gone): boolean {
  return isMass(retired.filter(({ at }) => at >= since).length, of)
}

function isMass(gone: number, of: number): boolean {
  return gone >= MANY && gone * 2 > of
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

/** Children that are gone on the primary: said once, at the root of their tree. */
export const treeRule: Rule = ({ input, reason }) => {
  const { tree, policy } = input
  if (tree == null) return []
  const { settledAt, gone } = rememberTree(input, tree)
  const open = tree.retired.filter(({ at }) => settledAt === null || at > settledAt)
  const reasons: Reason[] = []
  if (gone !== null) {
    const those = tree.retired.filter(({ at }) => at >= gone.since)
    reasons.push(reason('CHILDREN_GONE', { gone: those.length, of: gone.of, names: namesOf(those), at: gone.at }))
  }
  // What CHILDREN_GONE counts is not counted twice.
  const others = gone === null ? open : open.filter(({ at }) => at < gone.since)
  if (others.length === 0) return reasons
  const at = Math.max(...others.map((child) => child.at))
  const said = reason('RETIRED', { count: others.length, names: namesOf(others), at, backup: null })
  return [...reasons, policy.retired === 'note' ? { ...said, severity: 'NOTE' } : said]
}

function namesOf(children: Tree['retired']): readonly string[] {
  return children.slice(0, LISTED).map(({ name }) => name)
}

/** Said of a child that is gone, whenever someone asks: it is not looked at any more. A note, whatever its root says. */
export function retiredReason(
  { reason }: Pick<JudgeContext, 'reason'>,
  about: { readonly at: number | null; readonly backup: boolean | null },
): Reason {
  return { ...reason('RETIRED', { count: null, names: [], ...about }), severity: 'NOTE' }
}

/** Said of a child that is gone, not of the root of its tree. */
export function isOfRetired({ code, evidence }: Reason): boolean {
  return code === 'RETIRED' && evidence.count === null
}

/**
 * Epoch ms since when a child of a recursive mapping is there: its creation by the primary's clock, or the check that
 * first saw it, whichever is earlier. Null: not a child, or not seen.
 */
function thereSince({ input, primary }: JudgeContext): number | null {
  const { firstSeenAt } = input.memory
  if (input.isChild !== true || primary === null) return null
  const { creation } = primary.facts
  const seen = firstSeenAt ?? input.now
  // Its host's clock wrote it, and that may be off from ours.
  return creation === undefined ? seen : Math.min(seen, (creation - (input.inventory.primarySkewSeconds ?? 0)) * 1000)
}

/**
 * Null, or until when (epoch ms) a child that has just appeared may be without a backup. A backup with snapshots of which
 * none is the primary's is no matter of time: something is in the way, and that is said at once.
 */
function graceOf(context: JudgeContext): { readonly since: number; readonly dueAt: number } | null {
  const { input, backup, comparison } = context
  const since = thereSince(context)
  if (since === null || input.memory.common !== null || isContainer(context)) return null
  if (backup !== null && backup.snapshots.length > 0) return null
  if (input.inventory.backup.state === 'unknown' || input.inventory.backup.state === 'pool-unavailable') return null
  if (comparison === null || comparison.base !== null) return null
  const dueAt = since + input.policy.maxDelaySeconds * 1000
  return input.now < dueAt ? { since, dueAt } : null
}

/** What a new child may be for a while without being BROKEN. */
const FORGIVEN: ReadonlySet<string> = new Set([
  'BACKUP_DATASET_MISSING',
  'NO_COMMON_SNAPSHOT',
  'PRIMARY_EMPTY',
  'LAG_CRITICAL',
  'LAGGING',
])

/** The reasons of a child in its first days: within policy, and a note that says until when. */
export function withGrace(context: JudgeContext, found: readonly Reason[]): readonly Reason[] {
  const grace = graceOf(context)
  if (grace === null) return found
  const { input, lag, reason } = context
  const { maxDelaySeconds, warnDelaySeconds } = input.policy
  const within = reason('WITHIN_POLICY', {
    // It cannot have waited for longer than it is there.
    delaySeconds: Math.min(lag.delaySeconds ?? 0, Math.max(0, Math.floor((input.now - grace.since) / 1000))),
    snapshots: lag.snapshots ?? 0,
    bytes: input.behindBytes,
    warnDelaySeconds,
    maxDelaySeconds,
    oldestMissing: null,
  })
  return [
    ...found.filter(({ code }) => !FORGIVEN.has(code) && code !== 'WITHIN_POLICY'),
    within,
    reason('NEW_CHILD', grace),
  ]
}
