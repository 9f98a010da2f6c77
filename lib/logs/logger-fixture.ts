import type { LogRecord } from '#lib/db/types.ts'
import { afterThisTest } from '#tests/endings/after-this-test.ts'
import { createLogger, type LoggerOptions } from './logger.ts'

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
  afterThisTest(() => logger.close())
  const objects = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { store, lines, logger, objects }
}
