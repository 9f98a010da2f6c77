import { atReading, isStale } from '#lib/replication/judge/looking.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import type { EngineContext } from './context.ts'
import { cadenceAt } from './deps.ts'
import { startsByItself } from './enqueue.ts'
import type { Monitored } from './monitored.ts'
import { notChecked } from './not-checked.ts'
import type { Repairs } from './repairs.ts'
import type { Scans } from './scans.ts'
import { retiredVerdict } from './tree.ts'
import type { DatasetView } from './types.ts'

/** One dataset as every surface shows it at this moment. */
export function viewOf(
  context: EngineContext,
  parts: { readonly repairs: Repairs; readonly scans: Scans },
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
function planNow(context: EngineContext, repairs: Repairs, { id }: Monitored): Plan | null {
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
