import type { Inventory } from '#lib/replication/types.ts'
import { compareSides } from './compare-sides.ts'
import type { Assessment, EngineContext } from './context.ts'
import { enrich } from './enrich.ts'
import { bytesBehind, estimatePlans } from './estimate.ts'
import { judgeOne } from './judge-one.ts'
import { look } from './look.ts'
import type { Monitored } from './monitored.ts'

export interface AssessOptions {
  readonly mode: 'incremental' | 'fresh'
  readonly runId: number | null
  /** `behind`: bytes for what is more than policy allows (a scan). `all`: for every step (preview, repair). */
  readonly estimates: 'behind' | 'all'
  readonly signal?: AbortSignal
}

/**
 * Looks at both sides of the given datasets, judges, remembers and plans. The part between reading the memory and
 * writing it has no await in it, so assessments that overlap cannot lose each other's memory; an older look never
 * overwrites a newer one.
 */
export async function assess(
  context: EngineContext,
  datasets: readonly Monitored[],
  options: AssessOptions,
): Promise<readonly Assessment[]> {
  const { deps, states, hosts } = context
  const number = context.nextLook()
  const receivingBefore = new Set(context.receiving)
  const swappingBefore = new Set(context.swapping)
  const seen = await look(deps.sans, withChildren(context, datasets), {
    mode: options.mode,
    signal: options.signal,
    now: deps.now,
  })
  for (const reading of seen.readings.values()) {
    const { state, changed } = hosts.record(reading, deps.now())
    if (changed) deps.emit.host(state)
  }
  await context.noteChildren(seen.children)
  // A child that is gone is retired by this very look, and never judged as a loss.
  const current = new Map(context.datasets().map((dataset) => [dataset.id, dataset]))
  const judged = seen.seen.map((each) => ({ ...each, dataset: current.get(each.dataset.id) ?? each.dataset }))
  await context.noteGuids(judged)
  const receiving = receivingBefore.union(context.receiving)
  const swapping = options.mode === 'fresh' ? new Set<string>() : swappingBefore.union(context.swapping)
  const seenNow = options.mode === 'fresh' ? judged : judged.map((each) => withoutOwnTransfer(receiving, each))
  const compared = seenNow.map(({ dataset, inventory }) => ({
    dataset,
    inventory,
    comparison: compareSides(dataset, inventory),
  }))
  const enriched = await enrich(deps.sans, compared, {
    tokens: context.tokens,
    beside: context.beside,
    now: deps.now(),
    fresh: options.mode === 'fresh',
    signal: options.signal,
  })
  await context.repairs.load(enriched.map(({ dataset }) => dataset.id))
  const complete = await context.swaps.complete(context, enriched)

  const drafts = complete.map((each) => ({
    each,
    draft: judgeOne(context, each, null),
    before: states.state(each.dataset.id),
  }))
  const estimates = await estimatePlans(
    deps.sans,
    context.estimates,
    drafts.map(({ draft }) => draft),
    options,
  )
  const final = drafts.map(({ each, draft, before }) => {
    const steps = estimates.get(each.dataset.id)
    // Nothing new to say, unless another look has changed what is remembered in the meantime.
    if (steps === undefined && states.state(each.dataset.id) === before) return draft
    return judgeOne(context, each, { bytes: bytesBehind(draft.plan, steps), steps: steps ?? new Map() })
  })
  // In the middle of our own renames a look sees a backup that is missing, or has nothing in common: no finding.
  const kept = final.filter((assessment) => {
    return !swapping.has(assessment.dataset.id) && context.keep(assessment, { number, runId: options.runId })
  })
  await states.save(kept.map(({ dataset }) => dataset.id))
  await deps.store.addLag(
    kept.map(({ dataset, verdict: { judgedAt, delaySeconds, lagSeconds, health } }) => {
      return { datasetId: dataset.id, at: judgedAt, delaySeconds, lagSeconds, health }
    }),
  )
  for (const { dataset } of kept) {
    const state = states.state(dataset.id)
    if (state !== null) deps.emit.dataset(state)
  }
  return final
}

/** A look at a recursive root is a look at its children, those that are no longer there among them. */
function withChildren(context: EngineContext, datasets: readonly Monitored[]): readonly Monitored[] {
  const roots = new Set(datasets.filter(({ config }) => config.recursive).map(({ id }) => id))
  if (roots.size === 0) return datasets
  const asked = new Set(datasets.map(({ id }) => id))
  const children = context
    .datasets()
    .filter(({ id, parentId }) => parentId !== null && roots.has(parentId) && !asked.has(id))
  return [...datasets, ...children]
}

/**
 * Where a transfer of our own was under way during a look, its half-received state on the backup is no finding: a scan
 * then sees the backup as it was before, and the status says REPAIRING. (The repair's own looks see everything.)
 */
function withoutOwnTransfer<T extends { readonly dataset: Monitored; readonly inventory: Inventory }>(
  receiving: ReadonlySet<string>,
  each: T,
): T {
  const { backup } = each.inventory
  if (backup.state !== 'present' || !receiving.has(each.dataset.id)) return each
  if (backup.snapshots.length === 0) return { ...each, inventory: { ...each.inventory, backup: { state: 'missing' } } }
  return {
    ...each,
    inventory: { ...each.inventory, backup: { ...backup, facts: { ...backup.facts, receiveResumeToken: null } } },
  }
}
