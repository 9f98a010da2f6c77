import { atReading, isStale } from '#lib/replication/judge/looking.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import type { Assessor } from './assess.ts'
import { startsByItself } from './enqueue.ts'
import type { InternalFaults } from './internal-faults.ts'
import { notChecked, retiredVerdict } from './judge-one.ts'
import type { Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt, type EngineDeps } from './ports.ts'
import type { DatasetView, Engine } from './types.ts'
import type { Underway } from './underway.ts'

interface ShownBy {
  readonly deps: Pick<EngineDeps, 'config' | 'cadence' | 'now'>
  readonly knowledge: Knowledge
  readonly underway: Underway
  readonly faults: InternalFaults
  readonly isChecking: (datasetId: string) => boolean
  /** Of a queued repair: 1 = next. */
  readonly queuePosition: (runId: number) => number | null
}

/** One dataset as every surface shows it at this moment. */
export function viewOf(by: ShownBy, dataset: Monitored): DatasetView {
  const { deps, underway, isChecking, queuePosition } = by
  const { states } = by.knowledge
  const now = deps.now()
  const { timezone } = deps.config().scheduler
  const cadence = cadenceAt(deps, now)
  const state = states.state(dataset.id)
  const judged = state?.verdict ?? null
  const verdict: Verdict = dataset.retired
    ? retiredVerdict(dataset, { memory: state?.memory ?? null, now, timezone })
    : judged === null
      ? notChecked(dataset.mapping, now, timezone)
      : atReading(judged, { ...cadence, mapping: dataset.mapping, now, timezone })
  const activeRun = underway.repairOf(dataset.id)
  return {
    dataset,
    verdict,
    status: activeRun?.state === 'RUNNING' ? 'REPAIRING' : verdict.health,
    activity:
      activeRun?.state === 'RUNNING'
        ? 'REPAIRING'
        : activeRun !== null
          ? 'QUEUED'
          : isChecking(dataset.id)
            ? 'CHECKING'
            : 'IDLE',
    stale: !dataset.retired && judged !== null && isStale(judged.judgedAt, now, cadence),
    checkedAt: verdict.lastLookAt,
    since: dataset.retiredAt ?? state?.since ?? null,
    pause: states.silence(dataset, 'pause', now),
    ack: states.silence(dataset, 'ack', now),
    activeRun,
    queuePosition: activeRun === null ? null : queuePosition(activeRun.id),
    plan: planNow(by, dataset),
    state,
  }
}

/** The plan of the last check, and whether the next one would start it. */
function planNow({ deps, knowledge, underway, faults }: ShownBy, { id }: Monitored): Plan | null {
  const newest = knowledge.newest(id)
  if (newest === null) return null
  try {
    return { ...newest.plan, automatic: startsByItself({ knowledge, underway, now: deps.now }, newest, newest.plan) }
  } catch (error) {
    // One dataset that cannot be shown in full must not take the list of all with it.
    const at = { datasetId: id, host: newest.dataset.mapping.primary.host }
    const { message: because } = faults.of(at, 'Telling whether its repair starts by itself', error)
    const automatic = { allowed: false, because, code: 'UNKNOWN_STATE', from: null, sentence: because } as const
    return { ...newest.plan, automatic }
  }
}

/** Longer than any caller accepts; whole listings are held meanwhile. */
const KEPT_MS = 3600_000

interface FreshLook {
  /** Epoch ms. */
  readonly askedAt: number
  readonly seen: Promise<ReadonlyMap<string, Inventory>>
}

/** What was read, for those who ask about several datasets at once; a look only where it is needed. */
export function inventories(
  knowledge: Knowledge,
  assessor: Assessor,
  clock: () => number,
): Pick<Engine, 'inventory' | 'seen' | 'inventories' | 'freshInventories'> {
  const looks = new Map<string, FreshLook>()

  async function lookAfresh(ids: readonly string[]): Promise<ReadonlyMap<string, Inventory>> {
    const datasets = ids.flatMap((id) => knowledge.dataset(id) ?? [])
    const all = await assessor.assess(datasets, { mode: 'fresh', runId: null, estimates: 'behind' })
    return new Map(all.map(({ dataset, inventory }) => [dataset.id, inventory]))
  }

  return {
    async inventory(id, signal) {
      const dataset = knowledge.dataset(id)
      if (dataset === null) return null
      const known = knowledge.newest(id)
      if (known !== null) return known.inventory
      const options = { mode: 'incremental', runId: null, estimates: 'behind', signal } as const
      const all = await assessor.assess([dataset], options)
      return all.find((each) => each.dataset.id === id)?.inventory ?? null
    },

    seen: (id) => knowledge.newest(id)?.inventory ?? null,

    async inventories(signal) {
      const unseen = knowledge.datasets().filter(({ id, retired }) => !retired && knowledge.newest(id) === null)
      if (unseen.length > 0)
        await assessor.assess(unseen, { mode: 'incremental', runId: null, estimates: 'behind', signal })
      return knowledge.datasets().flatMap(({ id }) => knowledge.newest(id)?.inventory ?? [])
    },

    async freshInventories(ids, maxAgeMs) {
      const now = clock()
      const old = ids.filter((id) => {
        const look = looks.get(id)
        // A clock that was set back makes nothing younger.
        return look === undefined || Math.abs(now - look.askedAt) > maxAgeMs
      })
      for (const [id, { askedAt }] of looks) if (Math.abs(now - askedAt) > KEPT_MS) looks.delete(id)
      if (old.length > 0) {
        // Whoever asks meanwhile waits for the same one: a pruning script asks for one snapshot after the other.
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
