import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { InvocationRecord } from '#lib/db/types.ts'
import type { Scope } from '#lib/engine/types.ts'
import type { InvocationContext, Schedule } from '#lib/runtime/define.ts'
import type { FunctionView as Info, Services } from '#lib/services.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum, functionHref, Timestamp } from './fields.ts'
import { pausedWords } from './maintenance.ts'
import { impossible, runInTheWay } from './refusals.ts'
import { triggerOf } from './run.ts'
import { RunState, TriggerType } from './words.ts'

export const FunctionSummary = z
  .object({
    name: z.string(),
    summary: z.string(),
    schedule: z.string().nullable().describe('Cron pattern; null: only when asked.'),
    timezone: z.string().nullable(),
    nextAt: Timestamp.nullable(),
    previousAt: Timestamp.nullable(),
    running: z.boolean(),
    access: z.string().describe('Lowest role that may run it.'),
    input: z.unknown().describe('JSON Schema of what it takes.'),
    links: z.object({ self: z.string() }),
  })
  .meta({ id: 'FunctionSummary', description: 'A job: run by the schedule, over this API, or from the command line.' })

const InvocationState = describedEnum<InvocationRecord['state']>('InvocationState', 'How an invocation stands.', {
  RUNNING: 'Under way.',
  SUCCEEDED: 'Done.',
  FAILED: 'Ended by an error.',
  TIMED_OUT: 'Took longer than the function may.',
  CANCELLED: 'Stopped.',
  SKIPPED: 'Left out, because the previous one was still running.',
  INTERRUPTED: 'The witness ended while it ran.',
})

const Invocation = z
  .object({
    id: z.string(),
    trigger: TriggerType,
    actor: z.string(),
    state: InvocationState,
    startedAt: Timestamp,
    finishedAt: Timestamp.nullable(),
    input: z.unknown(),
    outcome: z.unknown(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Invocation', description: 'One run of a function.' })

export type InvocationView = z.input<typeof Invocation>

export const FunctionDetail = FunctionSummary.extend({
  invocations: z.array(Invocation).describe('The newest ones, newest first.'),
}).meta({ id: 'FunctionDetail', description: 'A function and its last invocations.' })

export function functionView(info: Info): z.input<typeof FunctionSummary> {
  const { name, summary, schedule, timezone, running, access, input } = info
  return {
    name,
    summary,
    schedule,
    timezone,
    nextAt: isoOrNull(info.nextAt),
    previousAt: isoOrNull(info.previousAt),
    running,
    access,
    input,
    links: { self: functionHref(name) },
  }
}

export function invocationView(record: InvocationRecord): z.input<typeof Invocation> {
  const { actor, state, input, outcome, error } = record
  return {
    id: String(record.id),
    trigger: record.trigger.toUpperCase() as Uppercase<InvocationRecord['trigger']>,
    actor,
    state,
    startedAt: iso(record.startedAt),
    finishedAt: isoOrNull(record.finishedAt),
    input,
    outcome,
    error,
  }
}

export const ScanInput = {
  pair: z.string().min(1).max(300).optional().describe('Name of a pair.'),
  dataset: z.string().min(1).max(300).optional().describe('Id of a dataset; not together with `pair`.'),
}

const ScanEnd = describedEnum<'ENDED' | 'ALREADY_RUNNING' | 'PAUSED'>('ScanEnd', 'What became of a scan.', {
  PAUSED: 'It did not begin: the scheduler is paused; `outcome` says by whom.',
  ENDED: 'It ran to its end; `state` says how.',
  ALREADY_RUNNING: 'Another one of the same datasets is under way; `runId` says which.',
})

export const ScanOutcome = z.object({
  end: ScanEnd,
  runId: z.string().nullable(),
  state: RunState.nullable(),
  outcome: z.string().nullable(),
})

type Outcome = z.input<typeof ScanOutcome>
type Context = Pick<Services, 'engine' | 'config'> &
  Pick<InvocationContext, 'actor' | 'trigger' | 'requestId' | 'signal'>

/** Why what the schedule wants does not begin, in a sentence; null: it may. A person's check is never held. */
export function schedulerHeld({ engine, config }: Pick<Services, 'engine' | 'config'>): string | null {
  const pause = engine.schedulerPause()
  return pause === null ? null : `${pausedWords(pause, config.scheduler.timezone)}.`
}

/** Starts a scan and waits for its end, not for the repairs that it enqueues. */
export async function lookAround(
  wanted: { readonly pair?: string; readonly dataset?: string },
  context: Context,
  enqueue: boolean,
): Promise<Outcome> {
  const { engine, trigger, signal } = context
  const scheduled = trigger === 'schedule'
  // Also the first look after a start, which nobody has asked for.
  const held = scheduled || trigger === 'internal' ? schedulerHeld(context) : null
  if (held !== null) return { end: 'PAUSED', runId: null, state: null, outcome: held }
  try {
    const started = await engine.scan({ scope: scopeOf(wanted), enqueue, trigger: triggerOf(context), signal })
    const run = await started.done
    return { end: 'ENDED', runId: String(run.id), state: run.state, outcome: run.outcome }
  } catch (error) {
    // The schedule comes again; a person wants to know.
    const other = scheduled ? runInTheWay(error) : null
    if (other === null) throw error
    return { end: 'ALREADY_RUNNING', runId: String(other), state: null, outcome: null }
  }
}

function scopeOf({ pair, dataset }: { readonly pair?: string; readonly dataset?: string }): Scope {
  if (pair !== undefined && dataset !== undefined) impossible('/dataset', 'Give `pair` or `dataset`, not both.')
  if (dataset !== undefined) return { kind: 'datasets', ids: [dataset] }
  return pair === undefined ? { kind: 'all' } : { kind: 'pair', pair }
}

/** When scans come, null when they are switched off: the pattern, or the distance that no pattern can say. */
export function scanSchedule({ enabled, cron, intervalSeconds }: Config['scheduler']): Schedule | null {
  if (!enabled) return null
  return cron ?? { everySeconds: intervalSeconds }
}
