import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import { BadCursor } from '#lib/db/errors.ts'
import { Refusal, type RefusalCode, noSuchDataset as unknownDataset } from '#lib/engine/refusal.ts'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { NotListed } from '#lib/inspect/discover/types.ts'
import { noSuchHost } from '#lib/replication/words.ts'
import { badRequest, type InputFault, Problem, type ProblemOptions } from '#lib/runtime/problem.ts'
import { parseWhen, WHEN_FORMS } from '#lib/text/when.ts'
import { badCursor, datasetHref, previewHref, runHref } from './fields.ts'

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
  NO_SUCH_HOST: { status: 404, title: 'There is no such host', next: to('/api/config') },
  NO_SUCH_MAINTENANCE: { status: 404, title: 'There is no such maintenance', next: to('/api/maintenance') },
  TOO_MANY: { status: 409, title: 'There are too many of them', next: to('/api/maintenance') },
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
  throw refusalProblem(unknownDataset(id))
}

export function noSuchRun(id: string): never {
  throw refusalProblem(new Refusal('NO_SUCH_RUN', `There is no run ${id}. GET /api/runs lists them.`))
}

/** 422 for a body whose fields are fine one by one, but not together. */
export function impossible(pointer: string, detail: string, code = 'VALIDATION'): never {
  throw new Problem(422, code, detail, { errors: [{ pointer, code: 'IMPOSSIBLE', detail } satisfies InputFault] })
}

/** The same for the fields of an address: 400. */
export function impossibleParameter(pointer: string, detail: string): never {
  return badRequest(detail, 'BAD_PARAMETER', { errors: [{ pointer, code: 'IMPOSSIBLE', detail }] })
}

/** Looked up among the datasets that the engine watches; never made into a path. */
export const datasetId = z
  .string()
  .min(1)
  .max(300)
  .describe('Id of a dataset, as `/api/datasets` lists it.')
  .meta({ examples: ['hqs10-hqs7.HQS10DAT1'] })

/** Of routes that need only the dataset. */
export const datasetInput = z.object({ id: datasetId })

/** The same with a body, which must be empty: a field that does nothing would be a promise. */
export const datasetBody = z.strictObject({ id: datasetId })

export const hostId = z
  .string()
  .min(1)
  .max(100)
  .describe('Id of a host under `san_hosts`.')
  .meta({ examples: ['hqs8'] })

/** 404 for an id that the configuration does not have. */
export function configuredHostId(config: Pick<Config, 'hosts'>, id: string): string {
  if (config.hosts.has(id)) return id
  throw new Problem(404, 'NO_SUCH_HOST', noSuchHost(id, config.hosts.keys()), {
    title: 'There is no such host',
    next: { href: '/api/config' },
  })
}

/** Awaits what reads whole hosts; one that could not be listed becomes 502. */
export async function withListings<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof NotListed)) throw error
    throw new Problem(502, 'NOT_LISTED', error.message, {
      title: 'A SAN could not be listed',
      retryable: error.retryable,
      next: { href: '/api/doctor', method: 'POST' },
      cause: error,
    })
  }
}

/** Query fields of lists that can be narrowed to a SAN or to one dataset. */
export const hostOrDataset = {
  host: z.string().min(1).max(100).optional().describe('Only of this SAN.'),
  datasetId: datasetId.optional(),
}

/**
 * The datasets that are meant. `side`: which of its two hosts counts.
 * @throws Problem 404 for a host or dataset that is not known
 */
export function datasetsMeant(
  { engine, config }: { readonly engine: Pick<Engine, 'dataset' | 'datasets'>; readonly config: Config },
  { host, datasetId: id }: { readonly host?: string | undefined; readonly datasetId?: string | undefined },
  side: 'primary' | 'backup',
): readonly DatasetView[] {
  if (host !== undefined) configuredHostId(config, host)
  const views = id === undefined ? engine.datasets() : [engine.dataset(id) ?? noSuchDataset(id)]
  return host === undefined ? views : views.filter(({ dataset }) => dataset.mapping[side].host === host)
}

/** The id of a run as it is written in an address. */
export const runId = z.string().max(20)

/** The number of a run. @throws Problem 404: a text that is no number names no run. */
export function runNumber(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : noSuchRun(id)
}

const YEAR_SECONDS = 366 * 86_400

/** A moment as a person writes it. */
export const When = z
  .string()
  .min(1)
  .max(40)
  .meta({ examples: ['06:00', 'Sat 20:00', '2026-12-05 06:00', '2026-12-05T06:00:00Z'] })

/** The fields of everything that can be limited in time. */
export const untilFields = {
  until: When.optional().describe(
    'Until then: RFC 3339, or a time of `scheduler.timezone` such as `06:00` (the next one), `Sat 20:00` or `2026-12-05 06:00`; not together with `seconds`. Without both: until somebody ends it.',
  ),
  seconds: z.number().int().min(1).max(YEAR_SECONDS).optional().describe('For so long.'),
  reason: z.string().max(500).optional().describe('Kept with it, for those who come later.'),
}

/**
 * Epoch milliseconds, null for no end. `after`: when it begins.
 * @throws Problem 422 for both at once, for what is no time, and for a time that is over by then
 */
export function untilOf(
  { until, seconds }: { readonly until?: string | undefined; readonly seconds?: number | undefined },
  { after, zone }: { readonly after: number; readonly zone: string },
): number | null {
  if (until !== undefined && seconds !== undefined) impossible('/until', 'Give `until` or `seconds`, not both.')
  if (seconds !== undefined) return after + seconds * 1000
  if (until === undefined) return null
  const end = parseWhen(until, { zone, after })
  if (end === null) impossible('/until', `${JSON.stringify(until)} is no time; write ${WHEN_FORMS}.`)
  if (end <= after) impossible('/until', `${until} is over, or before the begin; give a later time.`)
  if (end > after + YEAR_SECONDS * 1000)
    impossible('/until', `${until} is more than a year ahead; leave it out for no end.`)
  return end
}
