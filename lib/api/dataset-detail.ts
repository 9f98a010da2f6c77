import { z } from 'zod'
import type { DatasetConfig } from '#config/effective.ts'
import type { LagPoint as Point } from '#lib/db/types.ts'
import type { DatasetView, HostState } from '#lib/engine/types.ts'
import type { Verification as VerificationDone } from '#lib/inspect/verify/types.ts'
import { inDoubt } from '#lib/replication/held-back.ts'
import { textBelow } from '#lib/replication/sentences/below.ts'
import type { Plan as PlanData } from '#lib/replication/types/plan.ts'
import { isoOrNull } from '#lib/text/words.ts'
import { DatasetSummary, datasetSummary, Reason, reasonView, textsOf } from './dataset-summary.ts'
import { describedEnum, Timestamp } from './fields.ts'
import { LagPoint, lagPoint } from './lag.ts'
import { automaticView, Plan, planView } from './plan.ts'
import { Run, runView } from './run.ts'
import { SetAside, type SetAsideView } from './set-asides.ts'
import { Verification, verificationView } from './verification.ts'
import { PlanKind, ReasonCode } from './words.ts'

const RepairWhen = describedEnum<'BEHIND' | 'WARNING' | 'BROKEN'>('RepairWhen', 'When a repair starts by itself.', {
  BEHIND: 'As soon as something is missing.',
  WARNING: 'Once the delay passes the warning, or the chain is not whole.',
  BROKEN: 'Once the delay passes the maximum, or there is nothing to go on from.',
})

const OnDiverged = describedEnum<'PROVEN' | 'SET_ASIDE' | 'ASK'>(
  'OnDiverged',
  'What to do when the backup went its own way.',
  {
    PROVEN: 'Set it aside where the lineage is proven.',
    SET_ASIDE: 'Set it aside even where no earlier check saw a common snapshot.',
    ASK: 'Always ask a person.',
  },
)

const DatasetPolicy = z
  .object({
    definedAt: z
      .string()
      .describe('File and line of the mapping.')
      .meta({ examples: ['/config/app-config.yaml:12'] }),
    maxDelaySeconds: z.number(),
    warnDelaySeconds: z.number(),
    minAgeSeconds: z.number(),
    maxRecoveryPointSeconds: z.number().nullable(),
    primaryMaxAgeSeconds: z.number().nullable().describe('Null: found from the habit of the primary; 0: off.'),
    autoRepair: z.boolean(),
    dryRun: z.boolean(),
    repairWhen: RepairWhen,
    onDiverged: OnDiverged,
    retired: z.enum(['WARNING', 'NOTE']).describe('What it is when children of a recursive dataset are gone.'),
    anchor: z.string(),
    initial: z.string(),
    snapshotInclude: z.array(z.string()),
    snapshotExclude: z.array(z.string()),
    send: z.object({
      raw: z.boolean().nullable().describe('Null: decided for each dataset.'),
      largeBlocks: z.boolean(),
      compressed: z.boolean(),
    }),
    keepFree: z.object({ fraction: z.number().nullable(), bytes: z.number().nullable() }),
    bandwidthLimit: z.number().nullable().describe('Bytes a second.'),
    repairWindow: z.string().nullable(),
    recursive: z.boolean(),
    exclude: z.array(z.string()),
  })
  .meta({ id: 'DatasetPolicy', description: 'The settings in force for a dataset.' })

function policyView(config: DatasetConfig): z.input<typeof DatasetPolicy> {
  const { policy, at } = config
  const { keepFree, send } = policy
  return {
    definedAt: `${at.file}:${at.line}`,
    maxDelaySeconds: policy.maxDelaySeconds,
    warnDelaySeconds: policy.warnDelaySeconds,
    minAgeSeconds: policy.minAgeSeconds,
    maxRecoveryPointSeconds: policy.maxRecoveryPointSeconds,
    primaryMaxAgeSeconds: policy.primaryMaxAgeSeconds,
    autoRepair: policy.autoRepair,
    dryRun: policy.dryRun,
    repairWhen: policy.repairWhen.toUpperCase() as Uppercase<typeof policy.repairWhen>,
    onDiverged: policy.onDiverged.toUpperCase() as Uppercase<typeof policy.onDiverged>,
    retired: policy.retired === 'note' ? 'NOTE' : 'WARNING',
    anchor: policy.anchor.toUpperCase(),
    initial: policy.initial.toUpperCase(),
    snapshotInclude: [...policy.snapshotInclude],
    snapshotExclude: [...policy.snapshotExclude],
    send: { raw: send.raw === 'auto' ? null : send.raw, largeBlocks: send.largeBlocks, compressed: send.compressed },
    keepFree: {
      fraction: 'fraction' in keepFree ? keepFree.fraction : null,
      bytes: 'bytes' in keepFree ? keepFree.bytes : null,
    },
    bandwidthLimit: policy.bandwidthLimit,
    repairWindow: policy.repairWindow?.text ?? null,
    recursive: config.recursive,
    exclude: [...config.exclude],
  }
}

type Word = 'OK' | 'PROBLEM' | 'UNKNOWN'
const CheckState = describedEnum<Word>('CheckState', 'How a check came out.', {
  OK: 'As it should be.',
  PROBLEM: 'Something is wrong; `detail` says what.',
  UNKNOWN: 'Nobody could look.',
})

const CheckName = describedEnum<'SSH' | 'POOL' | 'CLOCK'>('CheckName', 'What was checked.', {
  SSH: 'The SAN answers the witness.',
  POOL: 'The pool of the dataset is online.',
  CLOCK: "The SAN's clock agrees with the witness's.",
})

const Check = z
  .object({
    name: CheckName,
    host: z.string(),
    state: CheckState,
    detail: z.string(),
    checkedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Check', description: 'A condition that replication of a dataset rests on.' })

type CheckView = z.input<typeof Check>

const SKEW_LIMIT_SECONDS = 60

/** What is known of both SANs of a dataset. */
export function checksOf({ dataset }: DatasetView, hosts: readonly HostState[]): CheckView[] {
  const { primary, backup } = dataset.mapping
  return [primary, backup].flatMap((place) => {
    const state = hosts.find((host) => host.id === place.host)
    const pool = place.dataset.split('/')[0] ?? ''
    const at = { host: place.host, checkedAt: isoOrNull(state?.checkedAt ?? null) }
    return [
      { name: 'SSH' as const, ...ssh(state), ...at },
      { name: 'POOL' as const, ...poolOf(state, pool), ...at },
      { name: 'CLOCK' as const, ...clock(state), ...at },
    ]
  })
}

type Outcome = { readonly state: Word; readonly detail: string }

function ssh(host: HostState | undefined): Outcome {
  if (!host || host.reachable === null) return { state: 'UNKNOWN', detail: 'Not checked yet.' }
  if (host.reachable)
    return { state: 'OK', detail: host.latencyMs === null ? 'Answers.' : `Answers in ${host.latencyMs} ms.` }
  return { state: 'PROBLEM', detail: host.fault?.message ?? 'Does not answer.' }
}

function poolOf(host: HostState | undefined, name: string): Outcome {
  const pool = host?.pools.find((known) => known.name === name)
  if (!pool) return { state: 'UNKNOWN', detail: `Pool ${name} has not been seen.` }
  if (!host?.reachable) return { state: 'UNKNOWN', detail: `Pool ${name} was ${pool.health} when last seen.` }
  const words = `Pool ${name} is ${pool.health}${pool.readonly ? ' and read-only' : ''}.`
  return { state: pool.health === 'ONLINE' && !pool.readonly ? 'OK' : 'PROBLEM', detail: words }
}

function clock(host: HostState | undefined): Outcome {
  const skew = host?.skewSeconds ?? null
  if (skew === null) return { state: 'UNKNOWN', detail: 'The clock has not been read.' }
  const state = Math.abs(skew) > SKEW_LIMIT_SECONDS ? 'PROBLEM' : 'OK'
  return { state, detail: skew === 0 ? 'Agrees.' : `Differs by ${skew} s from the witness's.` }
}

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
