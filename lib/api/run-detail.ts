import { z } from 'zod'
import type { ActionRecord, RunRecord } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum, Timestamp } from './fields.ts'
import { Plan, PlanStep, type PlanView, planView } from './plan.ts'
import { impossible } from './refusals.ts'
import { Run, runView } from './run.ts'
import { ActionKind, AutomaticCode, PlanKind, StepState } from './words.ts'

const RunStep = PlanStep.extend({
  state: StepState,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  exitCode: z.number().int().nullable(),
  bytes: z.number().nullable(),
  error: z.string().nullable(),
}).meta({ id: 'RunStep', description: 'A step of the plan and how it went.' })

const Action = z
  .object({
    id: z.string(),
    datasetId: z.string().nullable(),
    step: z.number().int().nullable().describe('Step of the plan; null for reading and deciding.'),
    kind: ActionKind,
    title: z.string(),
    host: z.string().nullable(),
    commands: z
      .array(z.array(z.string()))
      .describe('One list of words for each command; the output of one goes into the next.'),
    state: StepState,
    startedAt: Timestamp,
    finishedAt: Timestamp.nullable(),
    exitCode: z.number().int().nullable(),
    bytes: z.number().nullable(),
    error: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Action', description: 'A command or a decision within a run.' })

export const RunDetail = Run.extend({
  plan: Plan.nullable(),
  steps: z.array(RunStep),
  actions: z.array(Action),
}).meta({ id: 'RunDetail', description: 'A run with its plan, its steps and everything it did.' })

export type RunDetailView = z.input<typeof RunDetail>

export function runDetail(run: RunRecord, actions: readonly ActionRecord[], now: number): z.input<typeof RunDetail> {
  const plan = run.plan && planView(run.plan)
  return {
    ...runView(run, now),
    plan,
    steps: (plan?.steps ?? []).map((step) => ({ ...step, ...progressOf(step, actions, run.state) })),
    actions: actions.map(actionView),
  }
}

/** A step that was tried again has several actions: the last one counts. */
function progressOf(
  { n, kind: what }: PlanView['steps'][number],
  actions: readonly ActionRecord[],
  end: RunRecord['state'],
) {
  const action = actions.findLast(({ step, kind }) => step === n && kind !== 'DECISION')
  // The last look is no command of its own: that a run has succeeded is what it said.
  const looked = what === 'VERIFY' && (end === 'SUCCEEDED' || end === 'SUCCEEDED_WITH_WARNINGS')
  return {
    state: action?.state ?? (looked ? ('SUCCEEDED' as const) : ('PENDING' as const)),
    startedAt: isoOrNull(action?.startedAt ?? null),
    finishedAt: isoOrNull(action?.finishedAt ?? null),
    exitCode: action?.exitCode ?? null,
    bytes: action?.bytes ?? null,
    error: action?.error ?? null,
  }
}

function actionView(action: ActionRecord): z.input<typeof Action> {
  const { datasetId, step, kind, title, host, state, exitCode, bytes, error } = action
  return {
    id: String(action.id),
    datasetId,
    step,
    kind,
    title,
    host,
    commands: action.command.map((argv) => [...argv]),
    state,
    startedAt: iso(action.startedAt),
    finishedAt: isoOrNull(action.finishedAt),
    exitCode,
    bytes,
    error,
    detail: { ...action.detail },
  }
}

export const RunMode = describedEnum<'CHECK' | 'REPAIR'>('RunMode', 'What to do.', {
  CHECK: 'Only look.',
  REPAIR: 'Run the plan `planId`; without one a plan is made now, and runs only if it destroys nothing.',
})

export const RunStrategy = describedEnum<'SET_ASIDE' | 'IN_PLACE'>(
  'RunStrategy',
  'What to do with what stands in the way.',
  {
    SET_ASIDE: 'Keep it beside the backup (default).',
    IN_PLACE: 'Destroy it. Only with a `planId` of such a preview, the typed `confirm` and a `reason`.',
  },
)

interface Request {
  readonly mode?: 'CHECK' | 'REPAIR'
  readonly strategy?: 'SET_ASIDE' | 'IN_PLACE'
  readonly dryRun?: boolean
  readonly planId?: string
  readonly confirm?: string
}

/**
 * Fields that are fine one by one, but not together or not here.
 * @throws Problem 422
 */
export function checkRunRequest({ mode, strategy, dryRun, planId, confirm }: Request, backupDataset: string): void {
  if (strategy === 'IN_PLACE' && !dryRun && planId === undefined) {
    const detail =
      'What destroys runs only as it was shown: preview it with `"strategy": "IN_PLACE"` and give its `planId`.'
    throw new Problem(409, 'CONFIRMATION_REQUIRED', detail)
  }
  if (planId !== undefined && mode !== 'REPAIR') {
    impossible('/planId', 'A plan is run with `"mode": "REPAIR"`; add it, or leave `planId` out.')
  }
  if (planId !== undefined && dryRun) {
    impossible('/dryRun', 'The plan is made already; GET it from the preview, or leave `dryRun` out to run it.')
  }
  if (confirm !== undefined && confirm !== backupDataset) {
    const detail = `Type the full backup dataset: ${backupDataset}`
    throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer: '/confirm', code: 'MISMATCH', detail }] })
  }
}

export const Forecast = z
  .object({
    datasets: z.number().int().describe('How many would be looked at.'),
    repairs: z.number().int().describe('How many repairs the policy would start; none destroys anything.'),
    estimateBytes: z.number().nullable().describe('Of those repairs together; null where one has no estimate.'),
    kinds: z.array(z.object({ kind: PlanKind, count: z.number().int() })),
    held: z
      .array(z.object({ code: AutomaticCode, count: z.number().int() }))
      .describe('Datasets with something to repair that would be left out, by reason.'),
  })
  .meta({ id: 'Forecast', description: 'What "run now" would do.' })

/** From the plans of the last look: the next look may see something else. */
export function forecastOf(views: readonly DatasetView[]): z.input<typeof Forecast> {
  const plans = views.flatMap(({ plan, dataset }) => (plan === null || dataset.retired ? [] : [plan]))
  const run = plans.filter((plan) => plan.automatic.allowed)
  const left = plans.filter((plan) => !plan.automatic.allowed && plan.kind !== 'NOTHING')
  const known = run.every((plan) => plan.estimateBytes !== null)
  return {
    datasets: views.length,
    repairs: run.length,
    estimateBytes: known ? run.reduce((sum, plan) => sum + (plan.estimateBytes ?? 0), 0) : null,
    kinds: counted(run.map((plan) => plan.kind)).map(([kind, count]) => ({ kind, count })),
    held: counted(left.map((plan) => plan.automatic.code)).map(([code, count]) => ({ code, count })),
  }
}

/** Most first. */
function counted<Word extends string>(words: readonly Word[]): [Word, number][] {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, all]): [Word, number] => [word, all.length])
    .sort((a, b) => b[1] - a[1])
}
