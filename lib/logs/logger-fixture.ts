import { afterEach } from 'bun:test'
import type { LogRecord } from '#lib/db/types.ts'
import { createLogger, type LoggerOptions } from './logger.ts'

/** Called after each test, last first. */
export const endings: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** A store that keeps what it is given, or fails as told. */
function memoryStore() {
  const stored: Omit<LogRecord, 'id'>[] = []
  const state: { fault: unknown; calls: number } = { fault: null, calls: 0 }
  return {
    stored,
    state,
    async addLogs(records: readonly Omit<LogRecord, 'id'>[]) {
      state.calls += 1
      if (state.fault) throw state.fault
      stored.push(...records)
      return records.map((_, index) => stored.length - records.length + index + 1)
    },
  }
}

export function loggerOf(options: Partial<LoggerOptions> = {}) {
  const store = memoryStore()
  const lines: string[] = []
  // Flushed by hand: a timer of an hour never comes first.
  const logger = createLogger({
    store,
    write: (line) => lines.push(line),
    now: () => 0,
    flushMs: 3_600_000,
    ...options,
  })
  endings.push(() => logger.close())
  const objects = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { store, lines, logger, objects }
}
