import type { Config } from '#config/effective.ts'
import type { ObjectiveRecord, Store } from '#lib/db/types.ts'
import type { Engine } from '#lib/engine/types.ts'
import { objectiveOf } from './count-objective.ts'
import { monthsBefore } from './objective.ts'
import { buildReport, type Report } from './report.ts'

interface Asking {
  readonly engine: Pick<Engine, 'datasets'>
  readonly config: Pick<Config, 'scheduler' | 'pairs'>
  readonly store: Pick<
    Store,
    'lookSpans' | 'objectives' | 'saveObjectives' | 'verifications' | 'newestRepairs' | 'movingRepairs' | 'uncovered'
  >
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A year is looked back on for what was moved or destroyed. */
const MOVED_MS = 366 * 86_400_000

/** The protection report of this moment: what is known, and no SAN is asked. */
export async function gatherReport(asking: Asking): Promise<Report> {
  const { engine, config, store } = asking
  const now = asking.now()
  const { scheduler } = config
  const views = engine.datasets()
  const [current, last] = monthsBefore(now, scheduler.timezone, 2)
  if (current === undefined || last === undefined) throw new Error('There is no month before this one.')
  const counted = Map.groupBy(await store.objectives(null), ({ datasetId }) => datasetId)
  const objectives = new Map<string, readonly ObjectiveRecord[]>()
  for (const { dataset } of views) {
    if (dataset.retired) continue
    const { id, config: own } = dataset
    const wanted = { datasetId: id, maxDelaySeconds: own.policy.maxDelaySeconds }
    objectives.set(id, await objectiveOf({ store, scheduler, now }, wanted, 2, counted.get(id) ?? []))
    // Each of these reads the looks of a day, on the first day those of two months: requests come between.
    if (objectives.size % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return buildReport({
    ...{ at: now, zone: scheduler.timezone, months: [current, last], movedSince: now - MOVED_MS, views, objectives },
    verifications: await store.verifications(),
    repairs: await store.newestRepairs(),
    moving: await store.movingRepairs(now - MOVED_MS),
    primaries: [...new Set(config.pairs.map(({ primary }) => primary))],
    uncovered: await store.uncovered(),
  })
}
