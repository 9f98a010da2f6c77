import type { Config } from '#config/effective.ts'
import type { DatasetView, HostState } from '#lib/engine/types.ts'
import type { Case, SeenDataset, Sight, Silence, Trouble } from '#lib/incidents/types.ts'
import { availability } from '#lib/replication/windows.ts'
import { counted } from '#lib/text/words.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { causeOf, isNotLooked } from './causes.ts'
import type { RepairsSeen } from './repairs-seen.ts'

/** All that is looked at, at one moment. */
interface Observed {
  readonly datasets: readonly DatasetView[]
  readonly hosts: readonly HostState[]
  readonly repairs: RepairsSeen
  /** What weakens the witness itself, in sentences. */
  readonly warnings: readonly string[]
  /** Nobody is to look by themselves. */
  readonly checksPaused: boolean
  /** Every channel; `message`: why it takes nothing, null where it does as far as is known. */
  readonly channels: readonly { readonly channel: string; readonly message: string | null }[]
  /** What is remembered already: what cannot be seen now is not gone. */
  readonly cases: ReadonlyMap<string, Case>
  readonly config: Config
  readonly now: number
}

/** What is seen, subject by subject. */
export function sightsOf(observed: Observed): readonly Sight[] {
  const watched = observed.datasets.filter(({ dataset }) => !dataset.retired)
  const seen = new Map(watched.map((view) => [view.dataset.id, seenDataset(view, observed.repairs)]))
  const isolated = observed.hosts.length > 1 && observed.hosts.every(({ reachable }) => reachable === false)
  const at = { ...observed, watched, seen, isolated }
  return [
    ...watched.map((view) => datasetSight(view, at)),
    ...watched.flatMap((view) => repairSight(view, at)),
    ...observed.hosts.map((host) => hostSight(host, at)),
    ...observed.hosts.flatMap((host) => host.pools.map((pool) => poolSight(host, pool, at))),
    ...observed.hosts.flatMap((host) => unseenPools(host, observed.cases)),
    ...witnessSights(at),
  ]
}

interface At extends Observed {
  readonly watched: readonly DatasetView[]
  readonly seen: ReadonlyMap<string, SeenDataset>
  readonly isolated: boolean
}

function seenDataset(view: DatasetView, repairs: RepairsSeen): SeenDataset {
  const { dataset, verdict, activeRun } = view
  const { primary, backup } = dataset.mapping
  const { progress } = activeRun ?? {}
  return {
    id: dataset.id,
    name: primary.dataset.slice(primary.dataset.indexOf('/') + 1),
    pair: dataset.config.pair,
    primary,
    backup,
    delaySeconds: verdict.delaySeconds,
    behindBytes: verdict.behind?.bytes ?? null,
    repair:
      activeRun === null
        ? null
        : {
            runId: String(activeRun.id),
            bytesTotal: progress?.bytesTotal ?? view.plan?.estimateBytes ?? null,
            bytesDone: progress?.bytesDone ?? 0,
            etaSeconds: progress?.etaSeconds ?? null,
          },
    repaired: repairs.repaired(dataset.id),
  }
}

function silenceOf({ pause, ack }: DatasetView): Silence | null {
  const said = pause ?? ack
  if (said === null) return null
  return { kind: pause === null ? 'ack' : 'pause', by: said.by, at: said.at, until: said.until }
}

/** Of the stored verdict: that it is old by now is no news of the dataset but of the witness. */
function datasetSight(view: DatasetView, { seen }: At): Sight {
  const { dataset, state } = view
  const verdict = state?.verdict ?? null
  const own = seen.get(dataset.id)
  const base = {
    subject: `dataset:${dataset.id}`,
    kind: 'dataset' as const,
    name: own?.name ?? dataset.id,
    host: dataset.mapping.backup.host,
    datasets: own === undefined ? [] : [own],
    silence: silenceOf(view),
  }
  if (verdict === null) return { ...base, lookedAt: null, trouble: null }
  const { code, message, action } = verdict.reason
  // A host that is off as planned was not to be looked at: its delay goes on counting all the same.
  const planned = verdict.reasons.some((each) => each.code === 'HOST_OFFLINE_PLANNED')
  const own_fault = code === 'INTERNAL' || code === 'LISTING_TIMED_OUT'
  const counts = verdict.looked || planned || own_fault
  if (!counts || isNotLooked(code)) return { ...base, lookedAt: null, trouble: null }
  const trouble: Trouble | null =
    verdict.health === 'HEALTHY'
      ? null
      : {
          cause: causeOf({ ...view, verdict }, code),
          severity: verdict.health === 'BROKEN' ? 'critical' : 'warning',
          code,
          message,
          action,
        }
  return { ...base, lookedAt: verdict.judgedAt, trouble }
}

/** Repairs that fail: one by itself, whatever the status of the dataset is. */
function repairSight(view: DatasetView, { seen, repairs }: At): readonly Sight[] {
  const { id } = view.dataset
  const last = repairs.failures(id)
  const own = seen.get(id)
  if (last === null || own === undefined) return []
  const verdict = view.state?.verdict ?? null
  const healed = verdict?.looked === true && verdict.health === 'HEALTHY' && verdict.judgedAt > last.at
  const trouble: Trouble | null =
    last.count === 0 || healed
      ? null
      : {
          cause: `repair:${id}`,
          severity: 'warning',
          code: last.code,
          message: `Repair #${last.runId} failed: ${last.message}`,
          action: last.count === 1 ? null : `It has failed ${counted(last.count, 'time')} in a row.`,
          atOnce: true,
          count: last.count,
        }
  return [
    {
      subject: `repair:${id}`,
      kind: 'repair',
      name: own.name,
      host: view.dataset.mapping.backup.host,
      lookedAt: healed ? (verdict?.judgedAt ?? last.at) : last.at,
      trouble,
      datasets: [own],
      silence: silenceOf(view),
    },
  ]
}

function hostSight(host: HostState, at: At): Sight {
  const affected = at.watched.filter(
    ({ dataset: { mapping } }) => mapping.primary.host === host.id || mapping.backup.host === host.id,
  )
  const base = {
    subject: `host:${host.id}`,
    kind: 'host' as const,
    name: host.id,
    host: host.id,
    datasets: affected.flatMap(({ dataset }) => at.seen.get(dataset.id) ?? []),
    silence: commonSilence(affected),
  }
  // That no host answers is one trouble of the witness.
  const counts = host.reachable !== null && !at.isolated && (host.reachable || !isOffAsPlanned(host, at))
  if (!counts) return { ...base, lookedAt: null, trouble: null }
  if (host.reachable === true || host.fault === null) return { ...base, lookedAt: host.checkedAt, trouble: null }
  const overdue = affected.some(
    ({ verdict }) => verdict.health === 'BROKEN' && !verdict.looked && verdict.reason.code === 'LAG_CRITICAL',
  )
  const critical = host.fault.reason === 'HOST_KEY_CHANGED' || overdue
  return {
    ...base,
    lookedAt: host.checkedAt,
    trouble: {
      cause: `host:${host.id}`,
      severity: critical ? 'critical' : 'warning',
      code: host.fault.reason,
      message: host.fault.message,
      action: overdue ? 'Datasets have passed their longest delay meanwhile.' : null,
    },
  }
}

function isOffAsPlanned({ id }: HostState, { config, now }: At): boolean {
  const policy = config.hosts.get(id)?.online
  return policy !== undefined && availability(policy, now, config.scheduler.timezone).kind === 'planned-off'
}

/** A host is quiet when all that it concerns is; the first that ends ends it. */
function commonSilence(views: readonly DatasetView[]): Silence | null {
  const silences = views.map(silenceOf)
  if (silences.length === 0 || silences.some((each) => each === null)) return null
  const all = silences.flatMap((each) => each ?? [])
  const ends = all.flatMap(({ until }) => until ?? [])
  const first = all.find(({ kind }) => kind === 'pause') ?? all[0]
  return first === undefined
    ? null
    : { ...first, until: ends.length < all.length && ends.length === 0 ? null : Math.min(...ends) }
}

function poolSight(host: HostState, pool: PoolFacts, at: At): Sight {
  const affected = at.watched.filter(({ dataset: { mapping } }) =>
    [mapping.primary, mapping.backup].some((side) => side.host === host.id && side.dataset.split('/')[0] === pool.name),
  )
  const place = `${host.id}/${pool.name}`
  const message = `Pool ${pool.name} on ${host.id} is ${pool.health}.`
  return {
    subject: `pool:${place}`,
    kind: 'pool',
    name: `${pool.name} on ${host.id}`,
    host: host.id,
    lookedAt: host.reachable === true && affected.length > 0 ? host.checkedAt : null,
    trouble:
      pool.health === 'ONLINE'
        ? null
        : pool.health === 'DEGRADED'
          ? { cause: `pool:${place}`, severity: 'warning', code: 'POOL_DEGRADED', message, action: null }
          : { cause: `pool:${place}`, severity: 'critical', code: 'POOL_UNAVAILABLE', message, action: null },
    datasets: affected.flatMap(({ dataset }) => at.seen.get(dataset.id) ?? []),
    silence: commonSilence(affected),
  }
}

/** Pools of a host that was not asked yet by this process. */
function unseenPools(host: HostState, cases: ReadonlyMap<string, Case>): readonly Sight[] {
  if (host.checkedAt !== null && host.pools.length > 0) return []
  const known = [...cases.values()].filter((each) => each.kind === 'pool' && each.host === host.id)
  return known.map(({ subject, name, silence, datasets }) => ({
    subject,
    kind: 'pool',
    name,
    host: host.id,
    lookedAt: null,
    trouble: null,
    datasets,
    silence,
  }))
}

/** The witness itself: can it look at all, can it tell anybody. */
function witnessSights(at: At): readonly Sight[] {
  const asked = at.hosts.flatMap(({ checkedAt }) => checkedAt ?? [])
  const sight = (name: string, lookedAt: number | null, trouble: Omit<Trouble, 'cause'> | null): Sight => ({
    subject: `witness:${name}`,
    kind: 'witness',
    name,
    host: null,
    lookedAt,
    trouble: trouble === null ? null : { ...trouble, cause: `witness:${name}` },
    datasets: [],
    silence: null,
  })
  const stale = at.watched.filter((view) => view.stale)
  const [first] = at.warnings
  return [
    sight('isolated', asked.length === 0 ? null : Math.max(...asked), at.isolated ? ISOLATED : null),
    sight(
      'checks',
      at.now,
      stale.length === 0 || at.checksPaused
        ? null
        : {
            severity: stale.length === at.watched.length ? 'critical' : 'warning',
            code: 'STALE_CHECK',
            message: `${counted(stale.length, 'dataset')} of ${at.watched.length} ${stale.length === 1 ? 'was' : 'were'} not looked at for two check intervals.`,
            action: 'See the log of the witness.',
          },
    ),
    sight(
      'warnings',
      at.now,
      first === undefined
        ? null
        : {
            severity: 'warning',
            code: 'WITNESS_WARNING',
            message:
              at.warnings.length === 1 ? first : `${first} And ${counted(at.warnings.length - 1, 'more warning')}.`,
            action: null,
          },
    ),
    ...at.channels.map(({ channel, message }) => ({
      ...sight(
        `channel:${channel}`,
        at.now,
        message === null ? null : { severity: 'warning', code: 'CHANNEL_FAILING', message, action: null },
      ),
      name: channel,
    })),
  ]
}

const ISOLATED: Omit<Trouble, 'cause'> = {
  severity: 'critical',
  code: 'WITNESS_ISOLATED',
  message: 'The witness reaches no SAN at all: what becomes of the datasets is not known.',
  action: 'Look at the network of the witness first.',
}
