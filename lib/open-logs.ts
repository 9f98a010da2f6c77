import type { Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/deps.ts'
import type { EventHub } from '#lib/events/hub.ts'
import { environmentVariable } from '#lib/host/environment.ts'
import { createLogger } from '#lib/logs/logger.ts'
import type { LogFields } from '#lib/logs/types.ts'
import type { RuntimeHooks } from '#lib/runtime/index.ts'

interface Parts {
  readonly store: Store
  readonly events: EventHub
  /** `zwitness.log` goes there. */
  readonly directory: string
  readonly role: 'serve' | 'command'
  readonly now: () => number
}

export interface OpenedLogs {
  readonly engine: EngineLog
  readonly hooks: Pick<RuntimeHooks, 'onError' | 'onLog' | 'onRequest' | 'onSkip'>
  close(): Promise<void>
}

/** The one logger: to stdout, to the log file, to the database, and to whoever follows a run's log. */
export function openLogs({ store, events, directory, role, now }: Parts): OpenedLogs {
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
  return {
    engine: logger.component('engine'),
    hooks: {
      onError: (error, where) =>
        runtime.error(error instanceof Error ? (error.stack ?? error.message) : String(error), where as LogFields),
      onLog: (level, message, fields) => runtime[level](message, fields as LogFields),
      onRequest: (summary) => {
        if (summary.method === 'GET' && summary.status < 400) return
        const level = summary.status >= 500 ? 'error' : 'info'
        logger.component('http')[level](`${summary.method} ${summary.path} ${summary.status}`, {
          requestId: summary.requestId,
          actor: summary.actor?.name ?? null,
          address: summary.peer.address,
          durationMs: Math.round(summary.durationMs),
        })
      },
      onSkip: (name) => runtime.warn(`${name} is still running; this tick was left out.`),
    },
    close: () => logger.close(),
  }
}

function levelOf(text: string | null): 'debug' | 'info' | 'warn' | 'error' {
  return text === 'debug' || text === 'warn' || text === 'error' ? text : 'info'
}
