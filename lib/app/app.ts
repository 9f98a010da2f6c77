import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { configFile } from '#config/read.ts'
import { intervalAt, secondDueAfter } from '#config/schedule.ts'
import { openApiInfo } from '#lib/api/openapi-info.ts'
import { createAccess, type DemoLogin } from '#lib/auth/access.ts'
import { checksGoOn } from '#lib/db/checks-go-on.ts'
import { openStore } from '#lib/db/open.ts'
import { acquireOwner } from '#lib/db/owner-lock.ts'
import { createEngine } from '#lib/engine/engine.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import { createEventHub } from '#lib/events/hub.ts'
import { makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
import { openFilesAllowed } from '#lib/host/file-facts.ts'
import { sleep } from '#lib/host/sleep.ts'
import { openFiles } from '#lib/inspect/doctor/open-files.ts'
import { createRuntime, type Runtime } from '#lib/runtime/runtime.ts'
import { createSans } from '#lib/san/san.ts'
import type { Services } from '#lib/services.ts'
import { checkSshPath } from '#lib/ssh/config-words.ts'
import { createSsh } from '#lib/ssh/ssh.ts'
import { aboutThis } from './about.ts'
import { RunningConfiguration } from './configuration.ts'
import { createInspection } from './inspection.ts'
import { keepRoom } from './keep-room.ts'
import { openLogs } from './logs.ts'
import { auditRepairs, emitTo, invocationLog } from './news.ts'
import { pageDocument, pageStatics } from './page-shell.ts'
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
  readonly runtime: Runtime
  /** Ends everything, at most `graceMs` for what is under way. */
  close(graceMs?: number): Promise<void>
}

const ROOT = join(import.meta.dir, '..', '..')

/**
 * The composition root: the only place that builds objects. Throws ConfigInvalid, StartRefused, OwnedElsewhere, SchemaTooNew
 * or StoreError; what was opened by then is closed again.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const { directories, role, demo = false, now = Date.now } = options
  const undo: (() => void | Promise<void>)[] = []
  try {
    let engine: Engine | null = null
    let apply: (before: Config, after: Config) => Promise<readonly string[]> = async () => []
    let log: EngineLog | null = null
    const configuration = new RunningConfiguration(configFile({ ZWITNESS_CONFIG_DIR: directories.config }), {
      firstStart: role === 'serve',
      log: () => must(log),
      apply: (before, after) => apply(before, after),
      inUse: () =>
        (engine?.activeRuns() ?? []).flatMap(({ id: runId, kind, datasetId }) => {
          const dataset = kind === 'REPAIR' && datasetId !== null ? engine?.dataset(datasetId)?.dataset : undefined
          if (dataset === undefined) return []
          return [{ runId, datasetId: dataset.id, rootId: dataset.config.id, primary: dataset.mapping.primary.dataset }]
        }),
    })
    const unfit = checkSshPath(directories.data)
    if (unfit !== null) throw new StartRefused([`${unfit} Give the data directory another place (ZWITNESS_DATA_DIR).`])
    const owner = acquireOwner(directories.data, { socketPath: role === 'serve' ? socketPath(directories) : undefined })
    if (!owner.ok) throw new OwnedElsewhere(owner.message, owner.pid)
    undo.push(() => owner.release())
    const store = await openStore({
      directory: directories.data,
      now,
      mostLogBytes: () => configuration.current.retention.logsBytes,
    })
    undo.push(() => store.close())
    if (configuration.missing && (await store.datasets()).length > 0) throw configuration.lost()
    const events = createEventHub()
    const logs = openLogs({
      store,
      events,
      directory: directories.logs,
      role,
      now,
      trustedProxies: () => configuration.current.server.trustedProxies,
    })
    const logger = logs.engine
    log = logger
    undo.push(() => logs.close())
    logger[store.openedBecause === 'recovered' ? 'error' : 'info'](store.openedNote)
    for (const warning of configuration.missing ? [] : configuration.current.warnings)
      logger.warn(`${warning.file}:${warning.line}:${warning.column} ${warning.message}`)

    await store.trimLogs(configuration.current.retention.logsBytes)
    const makeRoom = keepRoom({ store, log: logger, now })
    await makeRoom()

    const access = createAccess({ store, config: () => configuration.current, now, log: logger }, options.demoLogins)
    const sockets = await socketDirectory(directories)
    const keyCopies = openFilesAllowed() ? await makeTemporaryDirectory('zw-keys-') : null
    undo.push(() => (keyCopies === null ? undefined : removePath(keyCopies)))
    const settings = (config: Config = configuration.current) => sshSettings(config, directories, sockets, keyCopies)
    const open = async () => openFiles(ownFiles(configuration.current, directories, await settings()))
    const found = await open()
    // A command of its own, the doctor for one, says it in its own words.
    if (role === 'serve') refuseOpenKeys(found)
    for (const { message, cure } of found) logger.warn(`${message} ${cure}`)
    const ssh = createSsh(await settings())
    undo.push(() => ssh.close())
    const sans = createSans({
      ssh,
      now,
      host: (id) => configuration.current.hosts.get(id),
      limits: () => {
        const { commandSilenceSeconds, commandTimeoutSeconds, retries } = configuration.current.limits
        return { silenceMs: commandSilenceSeconds * 1000, timeoutMs: commandTimeoutSeconds * 1000, tries: retries }
      },
    })
    const patient = checksGoOn({ store, now, makeRoom, error: (message) => logger.error(message) })
    const made = createEngine({
      config: () => configuration.current,
      store: patient,
      sans,
      emit: auditRepairs(
        emitTo(events, { engine: () => must(engine), config: () => configuration.current, now }),
        () => access.audit,
      ),
      log: logs.engine,
      now,
      sleep,
      random: Math.random,
      cadence: (scheduler, at) => ({
        intervalSeconds: intervalAt(scheduler, at),
        secondDueAfter: (then) => secondDueAfter(scheduler, then),
      }),
    })
    engine = made
    const view = runtimeView({ store, engine: made, configuration, now, makeRoom })
    const inspection = createInspection({
      config: () => configuration.current,
      engine: made,
      store,
      sans,
      ssh,
      settings: () => settings(),
      openFiles: open,
      openAtStart: found,
      configuration,
      keyFile: () => usualKeyFile(directories),
      dataDirectory: directories.data,
      log: logs.engine,
      now,
    })
    const services: Services = {
      get config() {
        return configuration.current
      },
      engine: made,
      store,
      events,
      access,
      logger: logs.engine,
      configuration,
      inspection,
      runtime: view,
      about: aboutThis({ bootId: events.bootId, startedAt: now(), demo }),
      now,
    }
    const runtime = await createRuntime<Services>({
      folders: { functions: join(ROOT, 'functions'), routes: join(ROOT, 'routes'), islands: join(ROOT, 'islands') },
      services,
      store: invocationLog(patient),
      openapi: openApiInfo(services.about.version),
      around: { identify: access.identify, ...logs.hooks, ...access.hooks },
      document: pageDocument(demo, {
        version: services.about.version,
        zone: () => configuration.current.scheduler.timezone,
        now,
      }),
      statics: pageStatics,
    })
    view.attach(runtime)
    apply = async (before, after) => {
      await ssh.configure(await settings(after))
      await made.configChanged()
      runtime.scheduler.reschedule()
      events.publish('config', { inSync: true, loadedAt: new Date(after.source.loadedAt).toISOString(), error: null })
      // Last: what is revoked cannot be given back.
      return access.settle(before)
    }
    // Without a file nobody can say who is no user any more.
    if (!configuration.missing) await access.settle(null)
    await made.start()
    return {
      fetch: async (request) => runtime.app.fetch(request, {}),
      services,
      runtime,
      async close(graceMs = 10_000) {
        view.closing()
        events.close('shutdown')
        await made.stop()
        await runtime.stop(graceMs)
        await undoAll(undo)
      },
    }
  } catch (error) {
    await undoAll(undo)
    throw error
  }
}

async function undoAll(undo: (() => void | Promise<void>)[]): Promise<void> {
  for (const each of undo.splice(0).reverse()) await each()
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('It was used before everything was put together.')
  return value
}
