import { z } from 'zod'
import type { ActionRecord, RunRecord } from '#lib/db/types.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { Plan, PlanStep, type PlanView, planView } from './plan.ts'
import { Run, runView } from './run.ts'
import { ActionKind, StepState } from './run-words.ts'
import { Timestamp } from './time.ts'

const RunStep = PlanStep.extend({
  state: StepState,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  exitCode: z.number().int().nullable(),
  bytes: z.number().nullable(),
  error: z.string().nullable(),
}).meta({ id: 'RunStep', description: 'A step of the plan and how it went.' })

export const Action = z
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

export function actionView(action: ActionRecord): z.input<typeof Action> {
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
