import { z } from 'zod'
import type { Scope } from '#lib/engine/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import { describedEnum } from './described-enum.ts'
import { impossible, runInTheWay } from './refusals.ts'
import { RunState } from './run-words.ts'
import { triggerOf } from './trigger.ts'

export const ScanInput = {
  pair: z.string().min(1).max(300).optional().describe('Name of a pair.'),
  dataset: z.string().min(1).max(300).optional().describe('Id of a dataset; not together with `pair`.'),
}

const ScanEnd = describedEnum<'ENDED' | 'ALREADY_RUNNING'>('ScanEnd', 'What became of a scan.', {
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
type Context = Pick<Services, 'engine'> & Pick<InvocationContext, 'actor' | 'trigger' | 'requestId' | 'signal'>

/** Starts a scan and waits for its end, not for the repairs that it enqueues. */
export async function lookAround(
  wanted: { readonly pair?: string; readonly dataset?: string },
  context: Context,
  enqueue: boolean,
): Promise<Outcome> {
  const { engine, trigger, signal } = context
  const scheduled = trigger === 'schedule'
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
