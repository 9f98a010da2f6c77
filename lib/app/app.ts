import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { configFile } from '#config/read.ts'
import { intervalAt, secondDueAfter } from '#config/windows.ts'
import { openApiInfo } from '#lib/api/about.ts'
import { createAccess, type DemoLogin } from '#lib/auth/access.ts'
import { checksGoOn } from '#lib/db/checks-go-on.ts'
import { openStore } from '#lib/db/open.ts'
import { acquireOwner } from '#lib/db/owner-lock.ts'
import { createEngine } from '#lib/engine/engine.ts'
import type { Engine } from '#lib/engine/types.ts'
import { createEventHub } from '#lib/events/hub.ts'
import { createHistoryRecorder } from '#lib/history/recorder.ts'
import { sleep } from '#lib/host/environment.ts'
import { makeTemporaryDirectory, openFilesAllowed, removePath } from '#lib/host/files.ts'
import { openFiles } from '#lib/inspect/doctor/open-files.ts'
import { Counters } from '#lib/metrics/counters.ts'
import { createMetrics } from '#lib/metrics/metrics.ts'
import type { MetricSources } from '#lib/metrics/sources.ts'
import { createRuntime, type Runtime, type RuntimeFace } from '#lib/runtime/runtime.ts'
import { createSans } from '#lib/san/san.ts'
import type { Services } from '#lib/services.ts'
import { checkSshPath } from '#lib/ssh/config-words.ts'
import { createSsh } from '#lib/ssh/ssh.ts'
import { reloadNote } from '#lib/telling/notes.ts'
import type { Teller } from '#lib/telling/teller.ts'
import { backupTrouble, lastBackupAt } from '#lib/upkeep/warnings.ts'
import { aboutThis } from './about.ts'
import { backupSource, databaseOf, openBackups } from './backups.ts'
import { createConfiguration, type InUse, RunningConfiguration } from './configuration.ts'
import { keepRoom, readiness } from './health.ts'
import { createInspection } from './inspection.ts'
import { openLogs } from './logs.ts'
import { auditRepairs, broadcast, createNews, invocationLog } from './news.ts'
import { bootFile, pageDocument, pageStatics } from './page-shell.ts'
import { runtimeView } from './runtime-view.ts'
import {
  type Directories,
  ownFiles,
  refuseOpenKeys,
  StartRefused,
  socketDirectory,
  socketPath,
  sshSettings,
  usualKeyFile,
} from './settings.ts'
import { createTelling } from './telling.ts'
import { createWarnings, openFileWarnings } from './warnings.ts'

/** Another process owns the data directory. The message names it. */
export class OwnedElsewhere extends Error {
  readonly pid: number | null

  constructor(message: string, pid: number | null) {
    super(message)
    this.name = 'OwnedElsewhere'
    this.pid = pid
  }
}

export interface AppOptions {
  readonly directories: Directories
  /** `serve` schedules and listens; `command` lives only as long as one command line does. */
  readonly role: 'serve' | 'command'
  /** Simulated SANs: every surface says so. */
  readonly demo?: boolean
  /** Of the demo, for its login page. */
  readonly demoLogins?: readonly DemoLogin[]
  /** Epoch milliseconds; only tests give another clock. */
  readonly now?: () => number
}

export interface App {
  /** The whole API without a socket: the peer is `internal`. */
  fetch(request: Request): Promise<Response>
  readonly services: Services
  readonly runtime: Runtime<Services>
  readonly teller: Teller
  /** Ends everything, at most `graceMs` for what is under way. */
  close(graceMs?: number): Promise<void>
}

const ROOT = join(import.meta.dir, '..', '..')

/**
 * The composition root: the only place that builds objects, in the order in which they need each other. Throws ConfigInvalid,
 * StartRefused, OwnedElsewhere, SchemaTooNew or StoreError; what was opened by then is closed again.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const { directories, role, demo = false, now = Date.now } = options
  const running = new RunningConfiguration(configFile({ ZWITNESS_CONFIG_DIR: directories.config }), {
    firstStart: role === 'serve',
  })
  const config = (): Config => running.current
  await using opened = new AsyncDisposableStack()

  ownDataDirectory(directories, role, opened)
  const store = await openStore({
    directory: directories.data,
    now,
    mostLogBytes: () => config().retention.logsBytes,
  })
  opened.defer(() => store.close())
  if (running.missing && (await store.datasets()).length > 0) throw running.lost()

  const events = createEventHub()
  const logs = openLogs({
    store,
    events,
    directory: directories.logs,
    role,
    now,
    trustedProxies: () => config().server.trustedProxies,
  })
  const log = logs.engine
  opened.defer(() => logs.close())
  log[store.openedBecause === 'recovered' ? 'error' : 'info'](store.openedNote)
  for (const { file, line, column, message } of running.missing ? [] : config().warnings)
    log.warn(`${file}:${line}:${column} ${message}`)

  await store.trimLogs(config().retention.logsBytes)
  const makeRoom = keepRoom({ store, log, now })
  await makeRoom()

  const access = createAccess({ store, config, now, log }, options.demoLogins)

  const sockets = await socketDirectory(directories)
  const keyCopies = openFilesAllowed() ? await makeTemporaryDirectory('zw-keys-') : null
  opened.defer(() => (keyCopies === null ? undefined : removePath(keyCopies)))
  const settings = (by: Config = config()) => sshSettings(by, directories, sockets, keyCopies)
  const openNow = async () => openFiles(ownFiles(config(), directories, await settings()))
  const openAtStart = await openNow()
  // A command of its own, the doctor for one, says it in its own words.
  if (role === 'serve') refuseOpenKeys(openAtStart)
  for (const { message, cure } of openAtStart) log.warn(`${message} ${cure}`)
  const counters = new Counters()
  const ssh = createSsh(await settings(), { observe: counters.ssh })
  opened.defer(() => ssh.close())
  const sans = createSans({
    ssh,
    now,
    host: (id) => config().hosts.get(id),
    limits: () => {
      const { commandSilenceSeconds, commandTimeoutSeconds, retries } = config().limits
      return { silenceMs: commandSilenceSeconds * 1000, timeoutMs: commandTimeoutSeconds * 1000, tries: retries }
    },
  })

  const patient = checksGoOn({ store, now, makeRoom, error: (message) => log.error(message) })
  const news = createNews()
  const cadence = (scheduler: Config['scheduler'], at: number) => ({
    intervalSeconds: intervalAt(scheduler, at),
    secondDueAfter: (then: number) => secondDueAfter(scheduler, then),
  })
  const engine = createEngine({
    config,
    store: patient,
    sans,
    emit: news,
    log,
    now,
    sleep,
    random: Math.random,
    cadence,
  })
  news.listen(auditRepairs(access.audit))
  news.listen(counters.news)
  const recorder = createHistoryRecorder({
    store,
    datasets: () => engine.datasets(),
    cadence: (at) => cadence(config().scheduler, at),
    zone: () => config().scheduler.timezone,
    log,
    now,
  })
  opened.defer(() => recorder.settled())
  news.listen(recorder.listener)

  const backups = await openBackups({ store, dataDirectory: directories.data, config, now })
  const startedAt = now()
  const trouble = () => backupTrouble(backups.state(), { now: now(), startedAt })
  const files = openFileWarnings({ find: openNow, atStart: openAtStart, log, now })
  // What a channel does not take is told by the other channels, as an incident of its own.
  const ofItself = [files, backupSource(trouble)]
  const telling = createTelling({
    ...{ engine, store, config, warnings: createWarnings(ofItself, log), log, now },
    changed: () => watched.statusSoon(),
  })
  for (const listener of telling.listeners) news.listen(listener)
  const watched = broadcast(events, { engine, telling: telling.services, config, now })
  news.listen(watched)
  const warnings = createWarnings([...ofItself, { about: 'Whether messages arrive', now: telling.warnings }], log)

  const stopping = new AbortController()
  const about = aboutThis({ bootId: events.bootId, startedAt: now(), demo })
  const servicesOf = (runtime: RuntimeFace): Services => {
    const configuration = createConfiguration({
      running,
      log,
      inUse: () => underRepair(engine),
      heard: (result, by) => telling.teller.note(reloadNote(result, by, now())),
      async apply(before, after) {
        await ssh.configure(await settings(after))
        await engine.configChanged()
        recorder.configChanged()
        runtime.scheduler.reschedule()
        await telling.teller.configChanged()
        events.publish('config', { inSync: true, loadedAt: new Date(after.source.loadedAt).toISOString(), error: null })
        // Last: what is revoked cannot be given back.
        return access.settle(before)
      },
    })
    const inspection = createInspection({
      config,
      engine,
      store,
      sans,
      ssh,
      settings: () => settings(),
      database: databaseOf(backups, trouble),
      openFiles: openNow,
      configuration,
      keyFile: () => usualKeyFile(directories),
      dataDirectory: directories.data,
      log,
      now,
    })
    const scans = {
      get running() {
        return runtime.scheduler.running
      },
      get next() {
        return runtime.scheduler.get('scan')?.next ?? null
      },
    }
    const sources: MetricSources = {
      notifications: telling.counts,
      lastDeadmanPingAt: telling.lastPingAt,
      lastBackupAt: () => lastBackupAt(backups.state()),
    }
    const metrics = createMetrics({
      counters,
      config,
      configuration,
      engine,
      events,
      store,
      about,
      lastTickAt: () => runtime.scheduler.get('scan')?.previous?.getTime() ?? null,
      sources,
      now,
    })
    const ready = readiness({ store, makeRoom, configuration: running, scans, stopping: stopping.signal, now })
    return {
      get config() {
        return config()
      },
      engine,
      store,
      events,
      access,
      logger: log,
      configuration,
      inspection,
      backups,
      telling: telling.services,
      warnings,
      metrics,
      runtime: runtimeView(runtime, ready),
      about,
      now,
    }
  }
  const runtime = await createRuntime<Services>({
    folders: { functions: join(ROOT, 'functions'), routes: join(ROOT, 'routes'), islands: join(ROOT, 'islands') },
    services: servicesOf,
    around: { identify: access.identify, ...logs.hooks, ...access.hooks },
    store: invocationLog(patient),
    openapi: openApiInfo(about.version),
    document: pageDocument(demo, { version: about.version, zone: () => config().scheduler.timezone, now }),
    statics: pageStatics,
    bootFile,
  })

  // Without a file it is not known who is no user any more.
  if (!running.missing) await access.settle(null)
  await recorder.start()
  await engine.start()
  // A command lives too short to tell what begins and ends meanwhile; the service tells it.
  if (role === 'serve') await engine.keepTime()
  // Not before: what the engine does not know yet would look as if it were gone.
  await telling.teller.start({ timer: role === 'serve' })
  const closing = opened.move()
  return {
    fetch: async (request) => runtime.app.fetch(request, {}),
    services: runtime.services,
    runtime,
    teller: telling.teller,
    async close(graceMs = 10_000) {
      stopping.abort()
      events.close('shutdown')
      await engine.stop()
      await telling.teller.stop()
      await runtime.stop(graceMs)
      await closing.disposeAsync()
    },
  }
}

/** @throws StartRefused, OwnedElsewhere */
function ownDataDirectory(directories: Directories, role: AppOptions['role'], opened: AsyncDisposableStack): void {
  const unfit = checkSshPath(directories.data)
  if (unfit !== null) throw new StartRefused([`${unfit} Give the data directory another place (ZWITNESS_DATA_DIR).`])
  const owner = acquireOwner(directories.data, { socketPath: role === 'serve' ? socketPath(directories) : undefined })
  if (!owner.ok) throw new OwnedElsewhere(owner.message, owner.pid)
  opened.defer(() => owner.release())
}

/** The datasets that a new configuration must still have. */
function underRepair(engine: Engine): readonly InUse[] {
  return engine.activeRuns().flatMap(({ id: runId, kind, datasetId }) => {
    const dataset = kind === 'REPAIR' && datasetId !== null ? engine.dataset(datasetId)?.dataset : undefined
    if (dataset === undefined) return []
    return [{ runId, datasetId: dataset.id, rootId: dataset.config.id, primary: dataset.mapping.primary.dataset }]
  })
}
