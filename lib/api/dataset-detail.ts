import { z } from 'zod'
import type { LagPoint as Point } from '#lib/db/types.ts'
import type { DatasetView, HostState } from '#lib/engine/types.ts'
import type { Verification as VerificationDone } from '#lib/inspect/verify/types.ts'
import { inDoubt } from '#lib/replication/held-back.ts'
import { textBelow } from '#lib/replication/sentences/below.ts'
import type { Plan as PlanData } from '#lib/replication/types/plan.ts'
import { Check, checksOf } from './dataset-checks.ts'
import { DatasetPolicy, policyView } from './dataset-policy.ts'
import { DatasetSummary, datasetSummary } from './dataset-summary.ts'
import { describedEnum } from './described-enum.ts'
import { LagPoint, lagPoint } from './lag.ts'
import { automaticView, Plan, planView } from './plan.ts'
import { PlanKind } from './plan-words.ts'
import { Reason, reasonView, textsOf } from './reason.ts'
import { ReasonCode } from './reason-words.ts'
import { Run, runView } from './run.ts'
import { SetAside, type SetAsideView } from './set-asides.ts'
import { Verification, verificationView } from './verification.ts'

const OptionMode = describedEnum<'REPAIR' | 'CHECK'>('OptionMode', '`mode` of the request that does it.', {
  REPAIR: 'Runs the plan.',
  CHECK: 'Looks again.',
})

const RepairOption = z
  .object({
    mode: OptionMode,
    kind: PlanKind.nullable(),
    strategy: z
      .enum(['SET_ASIDE', 'IN_PLACE'])
      .nullable()
      .describe('`strategy` of the preview: what is done with what stands in the way.'),
    outcome: z.string(),
    destroysCount: z.number().int(),
    estimateBytes: z.number().nullable(),
    possible: z.boolean(),
    because: z.string().nullable().describe('Why it is not possible, where the reasons do not say it.'),
  })
  .meta({ id: 'RepairOption', description: 'Something that a person can do about it.' })

export const DatasetDetail = DatasetSummary.extend({
  evidence: z.record(z.string(), z.unknown()).describe('What the main reason rests on.'),
  reasons: z.array(Reason).describe('All of them, worst first, notes last.'),
  plan: Plan.nullable().describe('What the last look would do; null before the first one.'),
  inDoubt: z
    .array(ReasonCode)
    .describe(
      'Of the reasons those that hold the primary in doubt: a person ends them (`POST /api/datasets/{id}/adopt`).',
    ),
  options: z.array(RepairOption),
  checks: z.array(Check),
  history: z.array(LagPoint).describe('The worst of each of the last 30 days.'),
  activeRun: Run.nullable(),
  config: DatasetPolicy,
  setAsides: z.array(SetAside).nullable().describe('Beside the backup; null: not known, which is not "none".'),
  verification: Verification.nullable().describe('The last one; null: never verified.'),
}).meta({ id: 'DatasetDetail', description: 'One dataset with its evidence, its plan and its settings.' })

export type DatasetDetailView = z.input<typeof DatasetDetail>

export function datasetDetail(
  view: DatasetView,
  around: {
    readonly hosts: readonly HostState[]
    readonly history: readonly Point[]
    readonly setAsides: readonly SetAsideView[] | null
    readonly verification: VerificationDone | null
    readonly now: number
  },
): z.input<typeof DatasetDetail> {
  const { verdict, plan, activeRun } = view
  const said = textsOf(verdict.reasons)
  return {
    ...datasetSummary(view, around.now),
    automatic: plan && automaticView(plan.automatic, said),
    evidence: { ...verdict.reason.evidence },
    reasons: verdict.reasons.map(reasonView),
    plan: plan && planView(plan),
    inDoubt: [...inDoubt(verdict)],
    options: [...optionOf(plan, said), LOOK_AGAIN],
    checks: checksOf(view, around.hosts),
    history: around.history.map(lagPoint),
    activeRun: activeRun && runView(activeRun, around.now),
    config: policyView(view.dataset.config),
    setAsides: around.setAsides && [...around.setAsides],
    verification: around.verification && verificationView(around.verification),
  }
}

const LOOK_AGAIN: z.input<typeof RepairOption> = {
  mode: 'CHECK',
  kind: null,
  strategy: null,
  outcome: 'Both sides are read again; nothing is written.',
  destroysCount: 0,
  estimateBytes: null,
  possible: true,
  because: null,
}

/** Below the reasons: what those say of why nothing can be done is not said again. */
function optionOf(plan: PlanData | null, said: readonly string[]): z.input<typeof RepairOption>[] {
  if (plan === null || plan.kind === 'NOTHING') return []
  const { kind, destroys, estimateBytes, blocked } = plan
  const outcome = textBelow(plan.outcome, said)
  return [
    {
      mode: 'REPAIR',
      kind,
      strategy: plan.setAside === null ? null : 'SET_ASIDE',
      outcome,
      destroysCount: destroys.length,
      estimateBytes,
      possible: blocked === null && kind !== 'IMPOSSIBLE',
      because: textBelow(blocked?.because ?? '', said) || null,
    },
    ...inPlaceOf(plan),
  ]
}

/** The operator's choice instead of a set-aside. Only its preview reads what it would cost. */
function inPlaceOf({ kind, setAside, mapping }: PlanData): z.input<typeof RepairOption>[] {
  if (kind !== 'SET_ASIDE_REWIND' || setAside === null) return []
  const { host, dataset } = mapping.backup
  return [
    {
      mode: 'REPAIR',
      kind: 'IN_PLACE',
      strategy: 'IN_PLACE',
      outcome:
        setAside.holdsNothing === true
          ? `The better choice here: exactly the snapshots that ${dataset} on ${host} has of its own are destroyed, by name. No change is in them.`
          : `Roll ${dataset} on ${host} back in place: what it has of its own is destroyed.`,
      destroysCount: setAside.snapshots,
      estimateBytes: null,
      possible: true,
      because: null,
    },
  ]
}
