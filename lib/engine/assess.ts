import { isSeenRaw } from '#lib/replication/encryption.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { compareSides } from './compare-sides.ts'
import type { Assessment, EngineContext } from './context.ts'
import { bytesBehind } from './estimate.ts'
import { nothingRead } from './internal-faults.ts'
import { assessedWith, judgeAnyhow } from './judge-anyhow.ts'
import { addLag, save } from './keep.ts'
import { type AssessOptions, attempt, eachOf, enriching, estimating, type Pass, readLines } from './lines.ts'
import { readHosts } from './look.ts'
import type { Monitored } from './monitored.ts'
import { type PoolNames, withNewName } from './new-name.ts'
import type { HostReading } from './ports.ts'

/**
 * Looks at both sides of the given datasets, judges, remembers and plans; each pair of hosts as soon as both have
 * answered, so that one which does not answer holds up no other. The part between reading the memory and writing it has no
 * await in it, so assessments that overlap cannot lose each other's memory; an older look never overwrites a newer one.
 *
 * Whatever throws for one dataset makes that one INTERNAL, and the others go on. Who stops waiting, or comes to the limit,
 * changes no verdict of what was not read by then: it is answered as not read, and kept nowhere.
 */
export async function assess(
  context: EngineContext,
  datasets: readonly Monitored[],
  options: AssessOptions,
): Promise<readonly Assessment[]> {
  const signals = [options.signal, options.limit].filter((each) => each !== undefined)
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0]
  const pass: Pass = {
    context,
    options,
    signal,
    number: context.nextLook(),
    receiving: new Set(context.receiving),
    swapping: new Set(context.swapping),
  }
  const all = withChildren(context, datasets)
  const hosts = readHosts(context, all, { mode: options.mode, signal })
  const pairs = [...Map.groupBy(all, ({ mapping }) => `${mapping.primary.host} ${mapping.backup.host}`).values()]
  const ended = await Promise.allSettled(
    pairs.map(async (own): Promise<readonly Assessment[]> => {
      const [first] = own
      if (first === undefined) return []
      const { primary, backup } = first.mapping
      const [from, to] = await Promise.all([hosts.reading(primary.host), hosts.reading(backup.host)])
      if (from === null || to === null) return own.map((dataset) => notWaitedFor(context, dataset))
      // Whether it is the witness that is cut off is not known before a host answers, or none did.
      if (!from.reached && !to.reached) await hosts.anyReached
      return assessPair(pass, own, from, to)
    }),
  )
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return ended.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
}

/** As if it had never been asked for: judged from nothing, kept nowhere. */
function notWaitedFor(context: EngineContext, dataset: Monitored): Assessment {
  return judgeAnyhow(
    context,
    { dataset, inventory: nothingRead(dataset.mapping, context.deps.now()), comparison: null },
    null,
  )
}

async function assessPair(
  pass: Pass,
  datasets: readonly Monitored[],
  from: HostReading,
  to: HostReading,
): Promise<readonly Assessment[]> {
  const { context, options } = pass
  const { states } = context
  const read = await context.inTurn(() => readLines(pass, datasets, from, to))
  const receiving = pass.receiving.union(context.receiving)
  const swapping = options.mode === 'fresh' ? new Set<string>() : pass.swapping.union(context.swapping)
  const compared = read.map((line) =>
    attempt(context, line, 'Comparing both sides', () => {
      const seen = options.mode === 'fresh' ? line : withoutOwnTransfer(receiving, line)
      return { ...seen, comparison: compareSides(seen.dataset, seen.inventory) }
    }),
  )
  const enriched = await enriching(pass, compared)
  const names: PoolNames = new Map()
  const named = await eachOf(context, enriched, 'Looking for its new name', (line) =>
    withNewName(context, line, { names, signal: options.signal }),
  )
  const complete = await eachOf(context, named, 'Reading the journal of its repairs', async (line) => {
    await context.repairs.load([line.dataset.id])
    const [whole] = await context.swaps.complete(context, [line])
    return whole ?? line
  })

  const drafts = complete.map((line) => ({
    line,
    draft: judgeAnyhow(context, line, null),
    before: states.state(line.dataset.id),
  }))
  const estimates = await estimating(
    pass,
    drafts.filter(({ line }) => line.fault === null && line.cut !== true).map(({ draft }) => draft),
  )
  // The answer to who has gone is judged all the same, but nothing of it is kept.
  if (options.signal?.aborted) return drafts.map(({ draft }) => draft)

  const final = await context.inTurn(async () => {
    const judged = drafts.flatMap(({ line, draft, before }) => {
      const dataset = context.current(line.dataset)
      // Taken out of the configuration meanwhile.
      if (dataset === null) return []
      if (line.cut === true) return [{ assessment: draft, keep: false, cut: true }]
      const now = dataset === line.dataset ? line : { ...line, dataset, inventory: renamed(line.inventory, dataset) }
      const own = estimates.get(line.dataset.id)
      const fault = own !== undefined && 'reason' in own ? own : null
      const steps = own === undefined || 'reason' in own ? undefined : own
      // Nothing new to say, unless another look, or a change of the configuration, has changed what it rests on.
      const same = dataset === line.dataset && steps === undefined && states.state(dataset.id) === before
      const assessment = same
        ? draft
        : judgeAnyhow(context, now, { bytes: bytesBehind(draft.plan, steps), steps: steps ?? new Map() })
      // In the middle of our own renames a look sees a backup that is missing, or has nothing in common: no finding.
      // Nor is there any in one that is gone, and was only asked about.
      const keep = !swapping.has(line.dataset.id) && !dataset.retired
      const planned = fault === null ? assessment : assessedWith(context, assessment, fault)
      const whole =
        line.below === undefined ? planned : { ...assessedWith(context, planned, line.below), plan: planned.plan }
      return [{ assessment: whole, keep, cut: false }]
    })
    const kept = judged.filter(
      ({ assessment, keep }) => keep && context.keep(assessment, { number: pass.number, runId: options.runId }),
    )
    await save(
      context,
      kept.map(({ assessment }) => assessment.dataset.id),
    )
    for (const { assessment } of kept)
      if (isSeenRaw(assessment)) context.lines.sawRaw(assessment.inventory, context.deps.now())
    await context.lines.flush()
    await addLag(
      context,
      kept.map(({ assessment: { dataset, verdict } }) => {
        const { judgedAt, delaySeconds, lagSeconds, health } = verdict
        return { datasetId: dataset.id, at: judgedAt, delaySeconds, lagSeconds, health }
      }),
    )
    return judged
  })
  const told = final.filter(({ cut }) => !cut).map(({ assessment }) => assessment)
  if (told.length > 0) await options.onJudged?.(told)
  return final.map(({ assessment }) => assessment)
}

/** A mapping that has another id by now. */
function renamed(inventory: Inventory, { mapping }: Monitored): Inventory {
  return { ...inventory, mapping }
}

/** A look at a recursive root is a look at its children. Those that are gone are looked at no more. */
function withChildren(context: EngineContext, datasets: readonly Monitored[]): readonly Monitored[] {
  const roots = new Set(datasets.filter(({ config }) => config.recursive).map(({ id }) => id))
  if (roots.size === 0) return datasets
  const asked = new Set(datasets.map(({ id }) => id))
  const children = context
    .datasets()
    .filter(({ id, parentId, retired }) => !retired && parentId !== null && roots.has(parentId) && !asked.has(id))
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
