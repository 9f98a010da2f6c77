import { automatic } from './automatic.ts'
import { totalOf } from './estimates.ts'
import { choose } from './plan/choose.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { expectationOf } from './plan/expectation.ts'
import { withMark } from './plan/mark.ts'
import { planHash } from './plan-hash.ts'
import { blockedBy, preflight } from './preflight.ts'
import type { Plan, Step } from './types.ts'
import { sentReadable } from './undecided.ts'

export { estimateCommands, withEstimates } from './estimates.ts'
export type { PlanInput, PlanOptions } from './plan/draft.ts'

/**
 * What would repair a mapping, as data: the preview shows it and the run executes it. Always an answer: a plan without
 * steps says why. Nothing that this version plans destroys anything.
 */
export function plan(input: PlanInput): Plan {
  const draft = withMark(input, choose(input))
  const steps = draft.steps.map((step, index): Step => ({ ...step, n: index + 1 }))
  const readable = sentReadable(input, draft)
  const made = {
    mapping: input.mapping,
    kind: draft.kind,
    steps,
    destroys: draft.destroys ?? [],
    setAside: draft.setAside ?? null,
    outcome: draft.outcome,
    untouched: draft.untouched,
    notes: readable === null ? draft.notes : [readable, ...draft.notes],
    ...(readable === null ? {} : { decrypts: readable }),
    estimateBytes: totalOf(steps),
    estimateIsExact: false,
    expects: expectationOf(input, draft),
    automatic: automatic(input, draft),
    blocked: draft.blocked ?? forbiddenByPolicy(input, draft),
  } as const
  const checks = preflight(input, steps)
  const whole = { ...made, checks, blocked: made.blocked ?? blockedBy(checks) }
  return { hash: planHash(whole), ...whole }
}

/** `dry_run: true` forbids every write, whoever asks; the plan is still shown. */
function forbiddenByPolicy({ policy, options }: PlanInput, draft: PlanDraft): Plan['blocked'] {
  if (!policy.dryRun || draft.steps.length === 0) return null
  const where = options.dryRunAt == null ? 'in the configuration' : `at ${options.dryRunAt}`
  return {
    code: 'POLICY_FORBIDS',
    because: `\`dry_run: true\` (${where}) forbids every write to both SANs for this dataset.`,
    cure: 'Set `dry_run: false` there and reload the configuration.',
  }
}
