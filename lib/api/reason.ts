import { z } from 'zod'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Reason as Judged } from '#lib/replication/types/reason.ts'
import { ReasonCode } from './reason-words.ts'
import { Severity } from './status-words.ts'

export const MainReason = z
  .object({
    code: ReasonCode,
    message: z.string().describe('One sentence for a person. Holds names from the SANs: escape it on output.'),
    action: z.string().nullable().describe('The next step, one sentence; null where nothing is to be done.'),
    destructive: z.boolean().describe('True when the repair on offer would destroy something.'),
  })
  .meta({ id: 'MainReason', description: 'The worst reason of a dataset.' })

export const Reason = z
  .object({
    code: ReasonCode,
    severity: Severity,
    message: z.string(),
    action: z.string().nullable(),
    evidence: z.record(z.string(), z.unknown()).describe('What was seen; its fields depend on the code.'),
  })
  .meta({ id: 'Reason', description: 'One reason with its evidence.' })

export type ReasonFull = z.input<typeof Reason>

export function mainReason(reason: Judged, plan: Plan | null): z.input<typeof MainReason> {
  const { code, message, action } = reason
  return { code, message, action, destructive: (plan?.destroys.length ?? 0) > 0 }
}

export function reasonView({ code, severity, message, action, evidence }: Judged): z.input<typeof Reason> {
  return { code, severity, message, action, evidence: { ...evidence } }
}

/** All that the reasons say, for what is shown below them. */
export function textsOf(reasons: readonly Judged[]): readonly string[] {
  return reasons.flatMap(({ message, action }) => (action === null ? [message] : [message, action]))
}
