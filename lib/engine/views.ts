import { atReading, isStale } from '#lib/replication/judge/looking.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { assess } from './assess.ts'
import type { EngineContext } from './context.ts'
import { startsByItself } from './enqueue.ts'
import { notChecked } from './judge-one.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt } from './ports.ts'
import type { RepairQueue } from './repair-queue.ts'
import type { Scans } from './scan.ts'
import { retiredVerdict } from './tree.ts'
import type { DatasetView, Engine } from './types.ts'

/** One dataset as every surface shows it at this moment. */
export function viewOf(
  context: EngineContext,
  parts: { readonly repairs: RepairQueue; readonly scans: Scans },
  dataset: Monitored,
): DatasetView {
  const { deps, states } = context
  const now = deps.now()
  const { timezone } = deps.config().scheduler
  const cadence = cadenceAt(deps, now)
  const state = states.state(dataset.id)
  const judged = state?.verdict ?? null
  const verdict: Verdict = dataset.retired
    ? retiredVerdict(context, dataset)
    : judged === null
      ? notChecked(dataset.mapping, now, timezone)
      : atReading(judged, { ...cadence, mapping: dataset.mapping, now, timezone: timezone })
  const activeRun = parts.repairs.ofDataset(dataset.id)
  const controls = states.controls(dataset.id, now)
  const pause = controls.find((control) => control.kind === 'pause')
  return {
    dataset,
    verdict,
    status: activeRun?.state === 'RUNNING' ? 'REPAIRING' : verdict.health,
    activity:
      activeRun?.state === 'RUNNING'
        ? 'REPAIRING'
        : activeRun !== null
          ? 'QUEUED'
          : parts.scans.isChecking(dataset.id)
            ? 'CHECKING'
            : 'IDLE',
    stale: !dataset.retired && judged !== null && isStale(judged.judgedAt, now, cadence),
    checkedAt: verdict.lastLookAt,
    since: dataset.retiredAt ?? state?.since ?? null,
    pause: pause !== undefined ? { ...pause, origin: 'person' } : dataset.config.paused ? { origin: 'config' } : null,
    ack: controls.find((control) => control.kind === 'ack') ?? null,
    activeRun,
    queuePosition: activeRun === null ? null : parts.repairs.position(activeRun.id),
    plan: planNow(context, parts.repairs, dataset),
    state,
  }
}

/** The plan of the last check, and whether the next one would start it. */
function planNow(context: EngineContext, repairs: RepairQueue, { id }: Monitored): Plan | null {
  const newest = context.newest(id)
  if (newest === null) return null
  try {
    return { ...newest.plan, automatic: startsByItself(context, repairs, newest, newest.plan) }
  } catch (error) {
    // One dataset that cannot be shown in full must not take the list of all with it.
    const at = { datasetId: id, host: newest.dataset.mapping.primary.host }
    const { message: because } = context.faults.of(at, 'Telling whether its repair starts by itself', error)
    const automatic = { allowed: false, because, code: 'UNKNOWN_STATE', from: null, sentence: because } as const
    return { ...newest.plan, automatic }
  }
}

/** Longer than anybody accepts; whole listings are held meanwhile. */
const KEPT_MS = 3600_000

interface FreshLook {
  /** Epoch ms. */
  readonly askedAt: number
  readonly seen: Promise<ReadonlyMap<string, Inventory>>
}

/** What was read, for those who ask about several datasets at once; a look only where it is needed. */
export function inventories(context: EngineContext): Pick<Engine, 'seen' | 'inventories' | 'freshInventories'> {
  const looks = new Map<string, FreshLook>()

  async function lookAfresh(ids: readonly string[]): Promise<ReadonlyMap<string, Inventory>> {
    const datasets = ids.flatMap((id) => context.dataset(id) ?? [])
    const all = await assess(context, datasets, { mode: 'fresh', runId: null, estimates: 'behind' })
    return new Map(all.map(({ dataset, inventory }) => [dataset.id, inventory]))
  }

  return {
    seen: (id) => context.newest(id)?.inventory ?? null,

    async inventories(signal) {
      const unseen = context.datasets().filter(({ id, retired }) => !retired && context.newest(id) === null)
      if (unseen.length > 0)
        await assess(context, unseen, { mode: 'incremental', runId: null, estimates: 'behind', signal })
      return context.datasets().flatMap(({ id }) => context.newest(id)?.inventory ?? [])
    },

    async freshInventories(ids, maxAgeMs) {
      const now = context.deps.now()
      const old = ids.filter((id) => {
        const look = looks.get(id)
        // A clock that was set back makes nothing younger.
        return look === undefined || Math.abs(now - look.askedAt) > maxAgeMs
      })
      for (const [id, { askedAt }] of looks) if (Math.abs(now - askedAt) > KEPT_MS) looks.delete(id)
      if (old.length > 0) {
        // Everybody who asks meanwhile waits for the same one: a pruning script asks for one snapshot after the other.
        const look = { askedAt: now, seen: lookAfresh(old) }
        for (const id of old) looks.set(id, look)
        look.seen.catch(() => {
          for (const id of old) if (looks.get(id) === look) looks.delete(id)
        })
      }
      const found = await Promise.all(ids.map(async (id) => (await looks.get(id)?.seen)?.get(id)))
      return found.filter((inventory) => inventory !== undefined)
    },
  }
}
