import { clientAddress } from '#lib/auth/networks.ts'
import type { Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import type { EventHub } from '#lib/events/hub.ts'
import { environmentVariable } from '#lib/host/environment.ts'
import { createLogger } from '#lib/logs/logger.ts'
import type { LogFields } from '#lib/logs/types.ts'
import type { Around } from '#lib/runtime/around.ts'
import { requestLog } from './request-log.ts'

interface Parts {
  readonly store: Store
  readonly events: EventHub
  /** `zwitness.log` and `strangers.log` go there. */
  readonly directory: string
  readonly role: 'serve' | 'command'
  readonly now: () => number
  /** Whose word on the client's address counts. */
  readonly trustedProxies: () => readonly string[]
}

interface OpenedLogs {
  readonly engine: EngineLog
  readonly hooks: Pick<Around, 'onError' | 'onLog' | 'onRequest' | 'onSkip'>
  close(): Promise<void>
}

/** The one logger: to stdout, to the log file, to the database, and to whoever follows a run's log. What strangers do goes to stdout and to a file of its own alone. */
export function openLogs({ store, events, directory, role, now, trustedProxies }: Parts): OpenedLogs {
  const logger = createLogger({
    store,
    now,
    // A command's stdout is its data; what it does is in the database all the same.
    write: role === 'serve' ? (line) => void process.stdout.write(line) : () => {},
    directory: role === 'serve' ? directory : null,
    format: environmentVariable('LOG_FORMAT') === 'text' ? 'text' : 'json',
    level: levelOf(environmentVariable('LOG_LEVEL')),
    onStored: (records) => {
      for (const record of records) events.publish('log', { ...record, runId: record.runId })
    },
  })
  const runtime = logger.component('runtime')
  const requests = requestLog({
    people: logger.component('http'),
    strangers: logger.strangers('http'),
    errors: runtime,
    addressOf: ({ request, peer }) => clientAddress(request, peer, trustedProxies()),
  })
  return {
    engine: logger.component('engine'),
    hooks: {
      onError: requests.error,
      onLog: (level, message, fields) => runtime[level](message, fields as LogFields),
      onRequest: requests.request,
      onSkip: (name) => runtime.warn(`${name} is still running; this tick was left out.`),
    },
    async close() {
      requests.close()
      await logger.close()
    },
  }
}

function levelOf(text: string | null): 'debug' | 'info' | 'warn' | 'error' {
  return text === 'debug' || text === 'warn' || text === 'error' ? text : 'info'
}
