import { BadCursor } from '#lib/db/errors.ts'
import { Refusal, type RefusalCode } from '#lib/engine/refusal.ts'
import { type InputFault, Problem, type ProblemOptions } from '#lib/runtime/problem.ts'
import { badCursor } from './cursor.ts'
import { datasetHref, previewHref, runHref } from './hrefs.ts'

interface Answer {
  readonly status: number
  readonly title: string
  readonly retryable?: boolean
  readonly pointer?: string
  /** Where to go from here. */
  readonly next: (refusal: Refusal) => { readonly href: string; readonly method?: string }
}

const toDataset = (refusal: Refusal) => ({ href: refusal.datasetId ? datasetHref(refusal.datasetId) : '/api/datasets' })
const toPreview = (refusal: Refusal) =>
  refusal.datasetId ? { href: previewHref(refusal.datasetId), method: 'POST' } : { href: '/api/datasets' }
const toRun = (refusal: Refusal) => ({ href: refusal.runId === null ? '/api/runs' : runHref(refusal.runId) })
const to = (href: string) => () => ({ href })

const ANSWERS: Readonly<Record<RefusalCode, Answer>> = {
  NO_SUCH_DATASET: { status: 404, title: 'There is no such dataset', next: to('/api/datasets') },
  NO_SUCH_RUN: { status: 404, title: 'There is no such run', next: to('/api/runs') },
  NO_SUCH_PAIR: { status: 404, title: 'There is no such pair', next: to('/api/config') },
  ALREADY_RUNNING: { status: 409, title: 'It is running already', retryable: true, next: toRun },
  NOT_RUNNING: { status: 409, title: 'The run has ended', next: toRun },
  CONFIRMATION_REQUIRED: { status: 409, title: 'A person must confirm this plan', next: toPreview },
  PLAN_STALE: { status: 409, title: 'The plan no longer matches the SANs', retryable: true, next: toPreview },
  PLAN_EXPIRED: { status: 409, title: 'The plan has expired', retryable: true, next: toPreview },
  PAUSED: { status: 409, title: 'The dataset is paused', next: toDataset },
  POLICY_FORBIDS: { status: 409, title: 'The configuration forbids it', next: to('/api/config') },
  BUSY_EXTERNAL: { status: 409, title: 'Somebody else is receiving there', retryable: true, next: toDataset },
  HELD: { status: 409, title: 'The repair is held back', next: toPreview },
  NOTHING_TO_DO: { status: 409, title: 'There is nothing to repair', next: toDataset },
  SHUTTING_DOWN: { status: 503, title: 'The witness is stopping', retryable: true, next: to('/api/status') },
}

const RETRY_AFTER = { 'Retry-After': '10' }

/** The engine's "no" as the API says it. */
export function refusalProblem(refusal: Refusal): Problem {
  const answer = ANSWERS[refusal.code]
  const running = refusal.code === 'ALREADY_RUNNING' && refusal.runId !== null
  const options: ProblemOptions = {
    title: answer.title,
    retryable: answer.retryable ?? false,
    next: answer.next(refusal),
    extra: {
      ...(refusal.runId === null ? {} : { runId: String(refusal.runId) }),
      ...(refusal.datasetId === null ? {} : { datasetId: refusal.datasetId }),
    },
    headers: running ? { Location: runHref(refusal.runId) } : answer.status === 503 ? RETRY_AFTER : {},
    cause: refusal,
  }
  return new Problem(answer.status, refusal.code, refusal.message, options)
}

/** Awaits what was asked of the engine or the store; their refusals become problems, every other error goes on. */
export async function withRefusals<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Refusal) throw refusalProblem(error)
    if (error instanceof BadCursor) throw badCursor()
    throw error
  }
}

/** The run in the way, when that is why it was refused. */
export function runInTheWay(error: unknown): number | null {
  return error instanceof Refusal && error.code === 'ALREADY_RUNNING' ? error.runId : null
}

export function noSuchDataset(id: string): never {
  const detail = `There is no dataset ${id}. GET /api/datasets lists those that are watched.`
  throw refusalProblem(new Refusal('NO_SUCH_DATASET', detail))
}

export function noSuchRun(id: string): never {
  throw refusalProblem(new Refusal('NO_SUCH_RUN', `There is no run ${id}. GET /api/runs lists them.`))
}

/** 422 for a body whose fields are fine one by one, but not together. */
export function impossible(pointer: string, detail: string, code = 'VALIDATION'): never {
  throw new Problem(422, code, detail, { errors: [{ pointer, code: 'IMPOSSIBLE', detail } satisfies InputFault] })
}
