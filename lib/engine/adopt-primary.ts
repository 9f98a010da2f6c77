import { inDoubt } from '#lib/replication/held-back.ts'
import { followPrimary } from '#lib/replication/memory.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'
import { Refusal } from './refusal.ts'

/**
 * A person's word, for one dataset: the primary as the last check read it is the one to follow. Repairs nothing; what
 * policy allows then is a matter of the next check.
 * @throws Refusal where nothing of the kind is said, or nobody can say what the primary is now
 */
export async function adoptPrimary(
  context: EngineContext,
  dataset: Monitored,
  { by, from, reason }: { readonly by: string; readonly from: string | null; readonly reason: string },
): Promise<void> {
  const { deps, states } = context
  const { id, mapping } = dataset
  const { host } = mapping.primary
  await context.inTurn(async () => {
    const state = states.state(id)
    const said = state?.verdict == null ? [] : inDoubt(state.verdict)
    if (state === null || said.length === 0)
      throw new Refusal('NOTHING_TO_DO', `Nothing is held against the primary of ${id}.`, { datasetId: id })
    const newest = context.newest(id)
    if (newest?.inventory.primary.state !== 'present')
      throw new Refusal(
        'HELD',
        `${mapping.primary.dataset} on ${host} could not be read at the last check, so nobody can say what is to be followed; check it first.`,
        { datasetId: id },
      )
    const { inventory, comparison } = newest
    const look = { inventory, comparison, policy: dataset.config.policy, now: deps.now() }
    states.set({ ...state, memory: followPrimary(state.memory, look) })
    await states.save([id])
    const where = from === null ? '' : ` from ${from}`
    deps.log.warn(`Adopted by ${by}${where} in spite of ${said.join(', ')}: ${reason}`, { datasetId: id })
  })
}
