import type { Config } from '#config/effective.ts'
import { intervalAt } from '#config/windows.ts'
import type { RunKind, Store } from '#lib/db/types.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { EventHub } from '#lib/events/hub.ts'
import { openFileCount } from '#lib/process/proc.ts'
import type { MetricSources } from './sources.ts'
import { type Exposition, labelText, one, seconds } from './text.ts'

const KINDS: readonly RunKind[] = ['SCAN', 'CHECK', 'REPAIR', 'RELOAD']

interface About {
  readonly version: string
  readonly commit: string | null
  readonly bun: string
  /** Epoch ms. */
  readonly startedAt: number
}

export interface WitnessParts {
  readonly config: () => Config
  /** The file on disk against the configuration that is in force. */
  readonly configuration: {
    readonly missing: boolean
    readonly lastReloadWorked: boolean
    state(): Promise<{ readonly inSync: boolean }>
  }
  readonly engine: Pick<Engine, 'activeRuns' | 'schedulerPause'>
  readonly events: Pick<EventHub, 'clients'>
  readonly store: Pick<Store, 'sizeBytes'>
  readonly about: About
  /** Epoch ms of the last scheduled scan of this process; null: none yet. */
  readonly lastTickAt: () => number | null
  readonly sources: MetricSources
  /** Epoch ms. */
  readonly now: () => number
}

/** All that is said of the witness itself. */
export async function witnessGauges(to: Exposition, parts: WitnessParts): Promise<void> {
  const { about, events, store, sources } = parts
  const { version, commit, bun } = about
  to.gauge('zwitness_build_info', 'Always 1: what runs here.').add(labelText({ version, commit: commit ?? '', bun }), 1)
  await configurationGauges(to, parts)
  schedulerGauges(to, parts)
  runGauges(to, parts)
  to.gauge('zwitness_events_clients', 'Who watches over /api/events, this moment.').add('', events.clients())
  to.gauge('zwitness_db_size_bytes', 'Size of the database.').add('', await store.sizeBytes())
  sourceGauges(to, sources)
  processGauges(to, about)
}

async function configurationGauges(to: Exposition, { config, configuration }: WitnessParts): Promise<void> {
  const { inSync } = await configuration.state()
  to.gauge(
    'zwitness_config_last_reload_success_timestamp_seconds',
    'When the configuration that is in force was read.',
  ).add('', configuration.missing ? null : seconds(config().source.loadedAt))
  to.gauge(
    'zwitness_config_last_reload_successful',
    '0: the last attempt to reload the configuration was refused.',
  ).add('', one(configuration.lastReloadWorked))
  to.gauge('zwitness_config_in_sync', '1: the file on disk is the configuration that is in force.').add('', one(inSync))
}

function schedulerGauges(to: Exposition, { config, engine, lastTickAt, about, now }: WitnessParts): void {
  const { scheduler } = config()
  to.gauge('zwitness_check_interval_seconds', 'From one scheduled check to the next, at this moment.').add(
    '',
    intervalAt(scheduler, now()),
  )
  to.gauge('zwitness_scheduler_paused', '1 while somebody has paused the scheduler: no scheduled check begins.').add(
    '',
    one(engine.schedulerPause() !== null),
  )
  to.gauge(
    'zwitness_scheduler_last_tick_timestamp_seconds',
    'When the schedule began a check last, or the start of the process where it began none yet. Absent where the scheduler is off.',
  ).add('', scheduler.enabled ? seconds(lastTickAt() ?? about.startedAt) : null)
}

function runGauges(to: Exposition, { engine }: WitnessParts): void {
  const active = to.gauge('zwitness_runs_active', 'Runs that are under way.')
  const queued = to.gauge('zwitness_runs_queued', 'Runs that wait.')
  const runs = engine.activeRuns()
  for (const kind of KINDS) {
    const ofKind = runs.filter((run) => run.kind === kind)
    active.add(`kind="${kind}"`, ofKind.filter((run) => run.state === 'RUNNING').length)
    queued.add(`kind="${kind}"`, ofKind.filter((run) => run.state === 'QUEUED').length)
  }
}

/** What other rooms know. A source that is not there has no metric: nothing is made up for it. */
function sourceGauges(to: Exposition, { notifications, lastDeadmanPingAt, lastBackupAt }: MetricSources): void {
  if (notifications !== undefined) {
    const family = to.counter('zwitness_notifications_total', 'Messages given to a channel, by what came of it.')
    for (const { channel, result, count } of notifications()) family.add(labelText({ channel, result }), count)
  }
  if (lastDeadmanPingAt !== undefined)
    to.gauge(
      'zwitness_deadman_last_ping_timestamp_seconds',
      "When a dead man's switch took a ping last. Absent before the first.",
    ).add('', seconds(lastDeadmanPingAt()))
  if (lastBackupAt !== undefined)
    to.gauge(
      'zwitness_db_last_backup_timestamp_seconds',
      'When the database was copied last. Absent where it never was.',
    ).add('', seconds(lastBackupAt()))
}

/** Under the names that every Prometheus client uses. */
function processGauges(to: Exposition, { startedAt }: About): void {
  const { user, system } = process.cpuUsage()
  to.counter('process_cpu_seconds_total', 'CPU time of this process, without its children.').add(
    '',
    (user + system) / 1e6,
  )
  to.gauge('process_resident_memory_bytes', 'Resident memory of this process.').add('', process.memoryUsage.rss())
  to.gauge('process_open_fds', 'Open files of this process.').add('', openFileCount())
  to.gauge('process_start_time_seconds', 'When this process began.').add('', seconds(startedAt))
}
