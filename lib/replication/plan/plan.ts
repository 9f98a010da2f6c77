import { bytesText } from '#lib/text/words.ts'
import { automatic } from '../automatic.ts'
import { sentReadable } from '../held-back.ts'
import type { HostCommand, Plan, Step } from '../types/plan.ts'
import { choose } from './choose.ts'
import type { PlanDraft, PlanInput } from './draft.ts'
import { expectationOf, planHash } from './expectation.ts'
import { withMark } from './mark.ts'
import { blockedBy, preflight } from './preflight.ts'

/**
 * What would repair a mapping, as data: the preview shows it and the run executes it. Always an answer: a plan without
 * steps says why. Only IN_PLACE, which a person has to choose, destroys anything.
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

/** The commands that say how much each transfer of a plan would send. They write nothing. */
export function estimateCommands(plan: Plan): readonly { readonly step: number; readonly command: HostCommand }[] {
  return plan.steps.flatMap((step) =>
    step.kind === 'transfer' ? [{ step: step.n, command: step.estimateCommand }] : [],
  )
}

/** The plan with the answers, by step number; null where the host gave no sensible one. The hash stays. */
export function withEstimates(plan: Plan, estimates: ReadonlyMap<number, number | null>): Plan {
  const steps = plan.steps.map((step) =>
    step.kind === 'transfer' && estimates.has(step.n)
      ? { ...step, estimateBytes: estimates.get(step.n) ?? null }
      : step,
  )
  const estimateBytes = totalOf(steps)
  return { ...plan, steps, estimateBytes, outcome: withSize(plan.outcome, estimateBytes) }
}

/** Sum over the transfers; null where one of them has no estimate, 0 where nothing is sent. */
function totalOf(steps: Plan['steps']): number | null {
  let sum = 0
  for (const step of steps) {
    if (step.kind !== 'transfer') continue
    if (step.estimateBytes === null) return null
    sum += step.estimateBytes
  }
  return sum
}

const SIZE = / About \S+ \S+ will be sent\.$/

function withSize(outcome: string, bytes: number | null): string {
  const bare = outcome.replace(SIZE, '')
  return bytes === null || bytes === 0 ? bare : `${bare} About ${bytesText(bytes)} will be sent.`
}
