import type { EngineContext } from './context.ts'
import { repairHistory } from './repair-history.ts'

/**
 * A person says that what made the last repairs fail is dealt with (by `resume`, `ack`, or a configuration that was
 * reloaded): they count no longer, and the next check may try at once.
 */
export async function settleFailures(context: EngineContext, ids: readonly string[]): Promise<void> {
  await context.repairs.load(ids)
  await context.inTurn(async () => {
    const settled = ids.filter((id) => {
      const state = context.states.state(id)
      const last = state === null ? null : repairHistory(context.repairs.of(id), state.memory.settledRun).last
      if (state === null || last === null) return false
      context.states.set({ ...state, memory: { ...state.memory, settledRun: Number(last.runId) } })
      return true
    })
    if (settled.length > 0) await context.states.save(settled)
  })
}
