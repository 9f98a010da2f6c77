import { sayBytes } from '#lib/replication/words.ts'
import { assess } from './assess.ts'
import type { EngineContext } from './context.ts'
import type { RepairOrder } from './prepare.ts'
import type { RunEnd } from './run-writer.ts'

/** Why a run was ended from outside; the abort signal's reason. */
export type StopReason = { readonly kind: 'cancelled'; readonly by: string } | { readonly kind: 'shutdown' }

/** The end of a run that was stopped. After a cancel the backup is read once more, to say what is kept. */
export async function stopped(context: EngineContext, order: RepairOrder, signal: AbortSignal): Promise<RunEnd> {
  const reason = signal.reason as StopReason
  if (reason.kind === 'shutdown') {
    return {
      state: 'INTERRUPTED',
      outcome:
        'The service was stopped during this run. What had arrived is kept; the next start looks at the dataset again.',
    }
  }
  const kept = await keptBytes(context, order)
  const rest =
    kept === null
      ? 'What had arrived is kept where ZFS could save it.'
      : kept === 0
        ? 'Nothing had arrived that could be resumed.'
        : `${sayBytes(kept)} kept, resumable.`
  return { state: 'CANCELLED', outcome: `Cancelled by ${reason.by}. ${rest}` }
}

/** Bytes in the partial receive, 0 without one, null where that could not be read. */
async function keptBytes(context: EngineContext, order: RepairOrder): Promise<number | null> {
  const [assessment] = await assess(context, [order.dataset], {
    mode: 'fresh',
    runId: order.runId,
    estimates: 'behind',
  })
  const side = assessment?.inventory.backup
  if (side?.state !== 'present') return null
  if (side.facts.receiveResumeToken === null) return 0
  const token = assessment?.inventory.token
  return token != null && 'bytes' in token ? token.bytes : null
}

/**
 * Steps that ended half-way may have left half of a swap or of a receive, which no check has seen, or kept nothing of: the
 * status says so at once. Why the run ended stays what it says, also where this look comes to nothing.
 */
export async function afterLook(
  context: EngineContext,
  { dataset, runId }: RepairOrder,
  began: boolean,
  end: RunEnd,
  signal: AbortSignal,
): Promise<RunEnd> {
  if (!began) return end
  try {
    await assess(context, [dataset], { mode: 'fresh', runId, estimates: 'behind', signal })
  } catch (error) {
    context.deps.log.error(`The look after the repair of ${dataset.id} failed: ${error}`, {
      runId,
      datasetId: dataset.id,
    })
  }
  return end
}
