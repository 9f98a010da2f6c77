import type { HostCommand, Plan } from './types.ts'
import { sayBytes } from './words.ts'

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
export function totalOf(steps: Plan['steps']): number | null {
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
  return bytes === null || bytes === 0 ? bare : `${bare} About ${sayBytes(bytes)} will be sent.`
}
