import { z } from 'zod'
import type { RunRecord } from '#lib/db/types.ts'
import type { Scope } from '#lib/engine/types.ts'
import type { InvocationContext } from '#lib/runtime/index.ts'
import type { Services } from '#lib/service-types.ts'
import { describedEnum } from './described-enum.ts'
import { impossible, runInTheWay } from './refusals.ts'
import { RunState } from './run-words.ts'
import { isScanDue } from './scan-schedule.ts'
import { triggerOf } from './trigger.ts'

export const ScanInput = {
  pair: z.string().min(1).max(300).optional().describe('Name of a pair.'),
  dataset: z.string().min(1).max(300).optional().describe('Id of a dataset; not together with `pair`.'),
}

const ScanEnd = describedEnum<'ENDED' | 'NOT_DUE' | 'ALREADY_RUNNING'>('ScanEnd', 'What became of a scan.', {
  ENDED: 'It ran to its end; `state` says how.',
  NOT_DUE: 'The interval since the last one has not passed yet.',
  ALREADY_RUNNING: 'Another one of the same datasets is under way; `runId` says which.',
})

export const ScanOutcome = z.object({
  end: ScanEnd,
  runId: z.string().nullable(),
  state: RunState.nullable(),
  outcome: z.string().nullable(),
})

type Outcome = z.input<typeof ScanOutcome>
type Context = Pick<Services, 'engine' | 'config' | 'now'> &
  Pick<InvocationContext, 'actor' | 'trigger' | 'requestId' | 'signal'>

/** Starts a scan and waits for its end, not for the repairs that it enqueues. */
export async function lookAround(
  wanted: { readonly pair?: string; readonly dataset?: string },
  context: Context,
  enqueue: boolean,
): Promise<Outcome> {
  const { engine, config, trigger, signal, now } = context
  const scheduled = trigger === 'schedule'
  if (scheduled && !isScanDue(config.scheduler, lastBegan(engine.lastScan()), now())) return notRun('NOT_DUE', null)
  try {
    const started = await engine.scan({ scope: scopeOf(wanted), enqueue, trigger: triggerOf(context), signal })
    const run = await started.done
    return { end: 'ENDED', runId: String(run.id), state: run.state, outcome: run.outcome }
  } catch (error) {
    // The schedule comes again; a person wants to know.
    const other = scheduled ? runInTheWay(error) : null
    if (other === null) throw error
    return notRun('ALREADY_RUNNING', String(other))
  }
}

function lastBegan({ finished, running }: { readonly finished: RunRecord | null; readonly running: RunRecord | null }) {
  const last = running ?? finished
  return last === null ? null : (last.startedAt ?? last.queuedAt)
}

function scopeOf({ pair, dataset }: { readonly pair?: string; readonly dataset?: string }): Scope {
  if (pair !== undefined && dataset !== undefined) impossible('/dataset', 'Give `pair` or `dataset`, not both.')
  if (dataset !== undefined) return { kind: 'datasets', ids: [dataset] }
  return pair === undefined ? { kind: 'all' } : { kind: 'pair', pair }
}

function notRun(end: 'NOT_DUE' | 'ALREADY_RUNNING', runId: string | null): Outcome {
  return { end, runId, state: null, outcome: null }
}
