import { onSignal } from '#lib/host/environment.ts'
import { type App, type AppOptions, openApp } from './app.ts'
import { isBackupDue } from './backups.ts'
import { type Directories, socketPath } from './settings.ts'

interface ServeOptions {
  readonly directories: Directories
  readonly host: string
  readonly port: number
  readonly demo?: boolean
  readonly demoLogins?: AppOptions['demoLogins']
  /** Called when it listens, with its address. */
  readonly onReady?: (url: string) => void
}

/** Time for requests and functions under way at the end; transfers are stopped so that they can resume. */
const GRACE_MS = 10_000
/** A second signal within this time is taken for the first one once more. */
const SAME_SIGNAL_MS = 3_000

/** Runs the service until a signal ends it. @returns the exit code. */
export async function serve({ directories, host, port, onReady, ...demo }: ServeOptions): Promise<number> {
  const app = await openApp({ directories, role: 'serve', ...demo })
  const { logger } = app.services
  const { promise: ended, resolve: end } = Promise.withResolvers<number>()
  let firstSignalAt: number | null = null
  let isClosed = false
  onSignal(['SIGTERM', 'SIGINT'], (signal) => {
    // Whoever asks twice does not want to wait; everything that matters is on record already. (npm hands on a Ctrl-C that
    // the terminal has sent us already: within a moment, which is long on a busy machine, it is the same one.)
    if (firstSignalAt !== null && performance.now() - firstSignalAt > SAME_SIGNAL_MS) process.exit(130)
    if (firstSignalAt !== null) return
    firstSignalAt = performance.now()
    if (isClosed) return
    logger.info(`${signal}: stopping. Transfers are ended so that they can resume.`)
    end(0)
  })
  const offReload = onSignal(['SIGHUP'], () => {
    reloadBySignal(app).catch((error: unknown) =>
      logger.error(`The reload failed: ${error instanceof Error ? error.message : error}`),
    )
  })
  const crash = (error: unknown): void => {
    logger.error(`An error that nobody handled: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
    end(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    const served = await app.runtime.start({
      host,
      port,
      unixSocket: socketPath(directories),
      schedule: app.services.config.scheduler.enabled,
    })
    const url = served.url ?? `http://${host}:${port}`
    logger.info(
      `zwitness ${app.services.about.version} listens on ${url}; ${app.services.engine.datasets().length} datasets.`,
    )
    if (app.services.configuration.missing)
      logger.warn(
        `There is no ${app.services.config.source.file} yet, so nothing is watched. ${url} says what comes first.`,
      )
    onReady?.(url)
    await app.services.access.setup.announce(url)
    // Not by the clock: whatever happened while the witness was off is found at once, in the audit also where the scheduler is.
    if (app.services.config.scheduler.enabled)
      runAtStart(app, 'scan', 'The first scan failed; the schedule goes on.').catch(crash)
    runAtStart(app, 'check-audit', 'The audit could not be checked; the schedule tries again.').catch(crash)
    if (app.services.config.scheduler.enabled && isBackupDue(app.services.backups, app.services.now()))
      runAtStart(app, 'back-up', 'The database could not be backed up; the schedule tries again.').catch(crash)
    return await ended
  } finally {
    offReload()
    await app.close(GRACE_MS)
    // The handler stays: without it a signal that comes twice would end the process on its way out, with another exit code.
    isClosed = true
    process.off('uncaughtException', crash)
    process.off('unhandledRejection', crash)
  }
}

/** Whoever may send a signal to the process is its owner. */
async function reloadBySignal({ services }: App): Promise<void> {
  const actor = { kind: 'socket' as const, name: 'SIGHUP', role: 'admin' as const, address: null, userAgent: null }
  const entry = { actor, action: 'configReload' }
  try {
    const { ok } = await services.configuration.reload('SIGHUP')
    await services.access.audit.write({ ...entry, ...(ok ? {} : { result: 'REFUSED', code: 'CONFIG_INVALID' }) })
  } catch (error) {
    await services.access.audit.write({ ...entry, result: 'FAILED' })
    throw error
  }
}

async function runAtStart(app: App, name: string, failed: string): Promise<void> {
  const actor = { kind: 'schedule' as const, name: 'start', role: 'admin' as const, address: null, userAgent: null }
  const outcome = await app.runtime.invoke({ name, trigger: 'internal', actor, input: {} })
  if (outcome.state === 'FAILED') app.services.logger.error(failed)
}
