import type { DatasetView } from '#lib/engine/types.ts'
import type { Health } from '#lib/replication/types/reason.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { Bed } from '#tests/bed/bed.ts'
import { unreleasedBookings } from './bookings.ts'
import { forbiddenCommands, unexplainedRuns } from './commands.ts'
import { changesBetween, differencesIn, lossesBetween, type Removed } from './losses.ts'
import { demandedHealth, EVIDENCE, leastDelay, truthOf } from './oracle.ts'
import { poolOf, type Stock, takeStock } from './stock.ts'

export interface CheckContext {
  readonly bed: Bed
  /** Things that people removed or changed since `before`. */
  readonly removed: Removed
  /** Nothing is under way. */
  readonly idle: boolean
  /** Everything was looked at, and nobody touched a SAN since. */
  readonly justLooked: boolean
  /** Epoch ms at which that look began, where it took its time: a status is judged by the moment at which it was made. */
  readonly lookBegan?: number
  /** Runs that have ended and were found in order: they do not change any more. */
  readonly settled: Set<number>
}

const RANK: Readonly<Record<Health, number>> = { HEALTHY: 0, WARNING: 1, BROKEN: 2, UNKNOWN: 3 }
const HOUR = 3600_000
/**
 * By so much the witness may take a SAN's clock for less ahead than it is: that is read in whole seconds, at some moment of a
 * session, and a second on either side of the session is no skew.
 */
const BLINK_MS = 4000

/** The names of the invariants that do not hold, each with what was found. */
export async function checkInvariants(before: Stock, after: Stock, context: CheckContext): Promise<string[]> {
  const { bed, removed, idle, justLooked, settled } = context
  const lookBegan = context.lookBegan ?? bed.clock.now()
  return [
    ...lossesBetween(before, after, removed).map((found) => `I1/I2 ${found}`),
    ...changesBetween(before, after, removed).map((found) => `I2 ${found}`),
    ...differencesIn(after).map((found) => `I2 ${found}`),
    ...(await runsAsTheyAre(bed, idle, settled)),
    ...(idle ? leftBehind(bed, after) : []),
    ...bed.engine
      .datasets()
      .flatMap((view) => [...(justLooked ? statusLies(bed, after, view, lookBegan) : []), ...staleness(bed, view)]),
  ]
}

/** I3, I4, I9. */
async function runsAsTheyAre(bed: Bed, idle: boolean, settled: Set<number>): Promise<string[]> {
  const stored = await bed.store.activeRuns()
  const known = new Set(bed.engine.activeRuns().map(({ id }) => id))
  const orphans = stored.filter(({ id }) => !known.has(id)).map(({ id }) => `I3 run ${id} is open and nobody runs it`)
  const repairs = stored.filter(({ kind }) => kind === 'REPAIR').map(({ datasetId }) => datasetId)
  const twice = repairs.filter((id, index) => repairs.indexOf(id) !== index)
  const newest = await bed.store.runs({ limit: 12 })
  const items = newest.items.filter(({ id }) => !settled.has(id))
  const actions = (await Promise.all(items.map(({ id }) => bed.store.actions(id)))).flat()
  const openActions = actions.filter(
    ({ state, runId }) => state === 'RUNNING' && !stored.some(({ id }) => id === runId),
  )
  if (!bed.writeFailed) for (const { id, finishedAt } of items) if (finishedAt !== null) settled.add(id)
  return [
    ...(bed.writeFailed ? [] : orphans),
    ...twice.map((id) => `I4 two repairs of ${id} are open`),
    ...(bed.writeFailed ? [] : openActions).map(
      ({ id, runId }) => `I3 action ${id} of run ${runId} is open, its run is not`,
    ),
    ...unexplainedRuns(items).map((found) => `I9 ${found}`),
    ...forbiddenCommands(actions, items).map((found) => `I2 ${found}`),
    ...(idle ? unreleasedBookings(known).map((found) => `I3 ${found}`) : []),
  ]
}

/** I6. What has not noticed that its connection is gone is nobody's to end but its own host's. */
function leftBehind(bed: Bed, stock: Stock): string[] {
  const found: string[] = []
  for (const host of bed.hosts.values()) {
    if (host.running > host.lingering) found.push(`I6 ${host.running} commands still run on ${host.id}`)
    if (host.lingering > 0) continue
    for (const { datasets } of stock.get(host.id)?.pools ?? [])
      for (const { name, partial } of datasets)
        if (partial?.busy === true) found.push(`I6 a receive into ${host.id}:${name} still runs`)
  }
  return found
}

/** I5, right after a look. */
function statusLies(bed: Bed, stock: Stock, view: DatasetView, lookBegan: number): string[] {
  if (view.dataset.retired || !view.verdict.looked) return []
  // One look waits a minute for a host that does not answer; what is on the others was judged before.
  const now = Math.min(bed.clock.now(), Math.max(lookBegan, view.verdict.judgedAt))
  const { id, mapping } = view.dataset
  const { health, reasons } = view.verdict
  // What has just become old enough may be too young by what the witness knows of the SAN's clock.
  const moments = [now, now - BLINK_MS].map((at) => ({ at, truth: truthOf(stock, view, at) }))
  const truth = truthOf(stock, view, now)
  const skew = stock.get(mapping.primary.host)?.skewSeconds ?? 0
  const demanded = moments
    .map(({ at, truth }) => {
      const delaySeconds = leastDelay(truth, view, at, skew)
      return demandedHealth(truth, view, { delaySeconds, nowSeconds: at / 1000 + skew })
    })
    .reduce((least, each) => (RANK[each] < RANK[least] ? each : least))
  const found: string[] = []
  if (!truth.reachable && health === 'HEALTHY') found.push(`I5 ${id} is HEALTHY and a host of it is down`)
  if (RANK[health] < RANK[demanded])
    found.push(`I5 ${id} is shown ${health} (${reasons.map(({ code }) => code).join(' ')}), it is ${demanded}`)
  for (const { code } of reasons)
    if (moments.every(({ truth }) => EVIDENCE[code]?.(truth) === false))
      found.push(`I5 ${id} shows ${code}, and it is not so`)
  if (truth.reachable && !reasons.some(({ code }) => code === 'HALF_DONE_SWAP'))
    for (const name of mountingAsides(stock, mapping.backup.host, mapping.backup.dataset))
      found.push(`I8 ${name} would mount itself, and ${id} does not say so`)
  if (health === 'HEALTHY' && reasons[0] === undefined) found.push(`I5 ${id} is HEALTHY without a reason`)
  return found
}

/** I8: after a reboot a mountpoint shows the backup or nothing, so a set-aside never mounts by itself. */
function mountingAsides(stock: Stock, host: string, backup: string): string[] {
  const pool = poolOf(stock, host, backup)
  const asides = pool?.datasets.filter(({ name }) => {
    const own = parseOwnDatasetName(name)
    return own?.role === 'aside' && own.of === backup
  })
  return (pool?.imported === true ? (asides ?? []) : [])
    .filter(({ canmount }) => canmount === 'on')
    .map(({ name }) => name)
}

/** I5, at any time: what was not looked at for two intervals is not fine. */
function staleness(bed: Bed, view: DatasetView): string[] {
  if (view.dataset.retired) return []
  const limit = 2 * bed.config.scheduler.intervalSeconds * 1000 + HOUR / 60
  const { checkedAt, verdict } = view
  const shown = view.status === 'REPAIRING' ? null : verdict.health
  if (shown !== 'HEALTHY' && shown !== 'WARNING') return []
  if (checkedAt === null) return [`I5 ${view.dataset.id} is ${shown} and was never looked at`]
  return bed.clock.now() - checkedAt > limit && !isPlannedOff(view)
    ? [`I5 ${view.dataset.id} is ${shown}, last looked at ${Math.round((bed.clock.now() - checkedAt) / HOUR)} h ago`]
    : []
}

const isPlannedOff = ({ verdict }: DatasetView): boolean =>
  verdict.reasons.some(({ code }) => code === 'HOST_OFFLINE_PLANNED')

export { takeStock }
