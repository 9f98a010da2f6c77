import { z } from 'zod'
import type { InvocationRecord } from '#lib/db/types.ts'
import type { FunctionView as Info } from '#lib/services.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum } from './described-enum.ts'
import { functionHref } from './hrefs.ts'
import { TriggerType } from './run-words.ts'
import { Timestamp } from './time.ts'

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

export const Invocation = z
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
