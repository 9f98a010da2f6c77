import type { DatasetRecord } from '#lib/db/types.ts'
import type { Inventory, LookFault } from '#lib/replication/types/inventory.ts'
import { type Assessment, type EngineContext, nextState } from './context.ts'
import { withInternal } from './internal-faults.ts'
import { childIds, childNames, childOf, type Monitored } from './monitored.ts'
import type { EngineDeps } from './ports.ts'
import { isOfTheStore } from './remembered.ts'

/* What a look leaves in the store: datasets that it found, states, points of the delay. One dataset that is refused costs no other. */

/**
 * A dataset is its guid: a mapping seen for the first time takes over what is known of that guid under an earlier
 * name, so that a rename in the config or on the SAN keeps its history and its lineage. Only in turn.
 */
export async function noteGuid(context: EngineContext, id: string, { primary }: Inventory): Promise<void> {
  if (primary.state !== 'present') return
  await context.deps.store.setPrimaryGuid(id, primary.facts.guid)
  await context.states.takeOver(id)
  context.repairs.forget(id)
}

/** Of one root, those that are gone too: they stay on record, and other ones at each look would fill the database. */
const MOST_CHILDREN = 50_000

/**
 * What stands below a recursive mapping now, out of the names that are there; children that are gone are retired, never
 * deleted. Only in turn. `fault`: one that could not be recorded, which no dataset stands for yet.
 */
export async function noteChildren(
  context: EngineContext,
  root: Monitored,
  below: readonly string[],
): Promise<{ readonly children: readonly Monitored[]; readonly fault: LookFault | null }> {
  const config = context.inForce
  const { records } = context.states
  const names = childNames(config, root.config, below)
  const ids = childIds(config, root.config, names, records, new Set(context.repairing.keys()))
  const found = names.map((name) => childOf(root.config, name, ids.get(name) ?? name))
  const before = new Set(records.map(({ id }) => id))
  const known = records.filter(({ parentId }) => parentId === root.id).length
  if (known + found.filter(({ id }) => !before.has(id)).length > MOST_CHILDREN)
    throw new RangeError(
      `below ${root.mapping.primary.dataset} more than ${MOST_CHILDREN} datasets have come and gone: map those that matter one by one`,
    )
  const refused = await context.deps.store.syncChildren(root.id, found.map(recordOf), context.deps.now())
  await context.reloadRecords()
  for (const { id } of found) if (!before.has(id)) await context.states.takeOver(id)
  const faults = refused.map(({ id, error }) => {
    const name = found.find((child) => child.id === id)?.mapping.primary.dataset ?? id
    return context.faults.of(
      { datasetId: root.id, host: root.mapping.primary.host },
      `Recording the child ${name}`,
      error,
    )
  })
  const not = new Set(refused.map(({ id }) => id))
  return { children: found.filter(({ id }) => !not.has(id)), fault: faults[0] ?? null }
}

/** Something failed after the verdict: it says so, and what is remembered stays. */
export async function spoil(context: EngineContext, { dataset }: Assessment, fault: LookFault): Promise<void> {
  await context.inTurn(async () => {
    const id = context.current(dataset)?.id
    const state = id === undefined ? null : context.states.state(id)
    if (id === undefined || state?.verdict == null) return
    const { timezone } = context.deps.config().scheduler
    const verdict = withInternal(state.verdict, dataset.mapping, timezone, fault)
    context.amend(id, verdict)
    const { memory, lastRunId: runId } = state
    context.states.set(nextState(state, { datasetId: id, verdict, memory, runId, at: context.deps.now() }))
    await save(context, [id])
  })
}

/**
 * Saves what was set, and tells it. What the store does not take of one dataset is said on that dataset. Only in turn.
 * @throws what the store says where it takes nothing at all
 */
export async function save(context: EngineContext, ids: readonly string[]): Promise<void> {
  for (const { id, error } of await context.states.save(ids)) notKept(context, id, 'Saving its state', error)
  for (const id of ids) {
    const state = context.states.state(id)
    if (state !== null) context.tell(() => context.deps.emit.dataset(state))
  }
}

/** Points of the delay's history. Only in turn. */
export async function addLag(
  context: EngineContext,
  points: Parameters<EngineDeps['store']['addLag']>[0],
): Promise<void> {
  try {
    await context.deps.store.addLag(points)
  } catch (error) {
    if (isOfTheStore(error)) throw error
    for (const point of points) {
      await context.deps.store
        .addLag([point])
        .catch((own: unknown) => notKept(context, point.datasetId, 'Adding to the history of its delay', own))
    }
  }
}

/** In memory at least: what the store refuses once it will hardly take now. */
function notKept(context: EngineContext, id: string, doing: string, error: unknown): void {
  const dataset = context.dataset(id)
  const state = context.states.state(id)
  if (dataset === null || state?.verdict == null) return
  const { mapping } = dataset
  const fault = context.faults.of({ datasetId: id, host: mapping.primary.host }, doing, error)
  const verdict = withInternal(state.verdict, mapping, context.deps.config().scheduler.timezone, fault)
  context.states.set({ ...state, verdict })
}

/** Remembers that streams of this dataset need `-L`. @returns whether that is new. */
export async function learnLargeBlocks(context: EngineContext, dataset: Monitored): Promise<boolean> {
  return context.inTurn(async () => {
    const id = context.current(dataset)?.id ?? dataset.id
    const state = context.states.state(id)
    if (state === null || state.memory.largeBlocks === true) return false
    context.states.set({ ...state, memory: { ...state.memory, largeBlocks: true } })
    await context.states.save([id])
    return true
  })
}

/** Remembers that ZFS takes what is left of a first transfer only over what is there. @returns whether that is new. */
export async function learnRefusedToken(context: EngineContext, dataset: Monitored, digest: string): Promise<boolean> {
  return context.inTurn(async () => {
    const id = context.current(dataset)?.id ?? dataset.id
    const state = context.states.state(id)
    if (state === null || state.memory.refusedToken === digest) return false
    context.states.set({ ...state, memory: { ...state.memory, refusedToken: digest } })
    await context.states.save([id])
    return true
  })
}

function recordOf(child: Monitored): Omit<DatasetRecord, 'retiredAt' | 'parentId'> {
  const { mapping } = child
  return {
    id: child.id,
    pair: child.config.pair,
    primaryHost: mapping.primary.host,
    primaryDataset: mapping.primary.dataset,
    backupHost: mapping.backup.host,
    backupDataset: mapping.backup.dataset,
    primaryGuid: null,
  }
}
