import { createHash } from 'node:crypto'
import type { Argv } from '#lib/zfs/operand.ts'
import { byCreatetxg } from '../compare.ts'
import { tokenDigest } from '../token.ts'
import type { Comparison, Inventory, PresentSide } from '../types/inventory.ts'
import type { Expectation, Plan } from '../types/plan.ts'
import type { Tried } from '../types/verdict.ts'
import type { PlanDraft, PlanInput } from './draft.ts'

/** The facts that the plan rests on, and no others: what else comes or goes on the primary does not matter. */
export function expectationOf({ inventory, comparison }: PlanInput, draft: PlanDraft): Expectation {
  return {
    ...factsNow(inventory, comparison),
    targetGuid: draft.targetGuid,
    beside: draft.beside ?? [],
    named: unique(draft.named),
  }
}

/** What a plan that is made now would rest on. */
export function factsNow(inventory: Inventory, comparison: Comparison | null): Tried['facts'] {
  const primary = presentOf(inventory.primary)
  const backup = presentOf(inventory.backup)
  const baseGuid = comparison?.base?.guid ?? null
  return {
    primaryDatasetGuid: primary?.facts.guid ?? null,
    backupDatasetGuid: backup?.facts.guid ?? null,
    baseGuid,
    backupAfterBase: backup === null ? [] : guidsAfter(backup, baseGuid),
    backupWritten: backup?.facts.written ?? null,
    tokenDigest: digestOf(backup),
  }
}

/** Guids of the backup's snapshots newer than one of them, oldest first; all of them where it is not there or null. */
export function guidsAfter(backup: PresentSide, guid: string | null): readonly string[] {
  const txg = backup.snapshots.find((entry) => entry.guid === guid)?.createtxg
  return byCreatetxg(backup.snapshots)
    .filter((entry) => txg === undefined || entry.createtxg > txg)
    .map((entry) => entry.guid)
}

export function digestOf(backup: PresentSide | null): string | null {
  const token = backup?.facts.receiveResumeToken ?? null
  return token === null ? null : tokenDigest(token)
}

export function presentOf(side: Inventory['primary']): PresentSide | null {
  return side.state === 'present' ? side : null
}

/** The end of one hop is the start of the next: each is asked for once. */
function unique(named: Expectation['named']): Expectation['named'] {
  return [...new Map(named.map((each) => [`${each.kind} ${each.guid}`, each])).values()]
}

/** What a plan would do and what it rests on; see `Plan.hash`. Plans that do nothing rest on nothing. */
export function planHash(plan: Omit<Plan, 'hash' | 'checks'>): string {
  const { mapping, kind, destroys, expects, blocked } = plan
  const steps = plan.steps.map(({ estimateBytes: _, ...step }) =>
    step.kind === 'transfer' ? { ...step, sink: { ...step.sink, argv: unguarded(step.sink.argv, step.how) } } : step,
  )
  const standing = kind === 'NOTHING' || kind === 'IMPOSSIBLE' ? null : expects
  const identity = { mapping, kind, steps, destroys, expects: standing, blocked: blocked?.code ?? null }
  return createHash('sha256')
    .update(canonical(identity).replace(OWN_STAMP, '.zw-$1-T').replace(MARK, '$1T'))
    .digest('hex')
    .slice(0, 16)
}

/**
 * What a stream may not bring is known only with the rights of the login, which a check does not read anew: that is not
 * another plan. Only a dataset that is made is given properties by the plan itself.
 */
function unguarded(argv: Argv, how: 'full' | 'incremental' | 'resume'): Argv {
  const isGuard = (word: string | undefined) => word === '-x' || (word === '-o' && how !== 'full')
  return argv.filter((word, at) => !isGuard(word) && !isGuard(argv[at - 1]))
}

/** The second in which a plan was made names its set-aside; the same plan a minute later is the same plan. */
const OWN_STAMP = /\.zw-(aside|next|incoming)-[0-9]{8}T[0-9]{6}Z/g

/** So does the mark of the witness: it has the moment at which it is set. */
const MARK = /(zwitness:by=[0-9a-f]{16}@)[0-9T:Z-]{20}/g

/** JSON with sorted keys: the same plan read back from the history has the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
