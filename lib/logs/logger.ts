import { join } from 'node:path'
import type { LogRecord, Store } from '#lib/db/types.ts'
import { capText, cleanText } from './clean.ts'
import { toLoggable } from './fields.ts'
import { formatLine, type LogFormat, type LogLine } from './format.ts'
import { bindLogger } from './logger-faces.ts'
import { createRedactor } from './redact.ts'
import { createRotatingFile, type RotatingFile, type RotatingFileOptions } from './rotating-file.ts'
import { createStoreSink, type StoreSink } from './store-sink.ts'
import type { LogContext, LogFields, LogLevel, RootLogger } from './types.ts'

export interface LoggerOptions {
  /** Null: nothing is stored (a command that has no database). */
  readonly store: Pick<Store, 'addLogs'> | null
  /** Standard output; gets whole lines. */
  readonly write: (line: string) => void
  /** The lowest level that is written anywhere. */
  readonly level?: LogLevel
  readonly format?: LogFormat
  /** ZWITNESS_LOG_DIR: `zwitness.log` in it gets JSON lines. Null: no file. */
  readonly directory?: string | null
  readonly rotation?: Pick<RotatingFileOptions, 'maxBytes' | 'files'>
  readonly now?: () => number
  /** Told of stored lines, with their ids. */
  readonly onStored?: (records: readonly LogRecord[]) => void
  readonly flushMs?: number
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export function createLogger(options: LoggerOptions): RootLogger {
  const { store, write, format = 'json', directory = null, now = Date.now } = options
  const lowest = LEVELS.indexOf(options.level ?? 'info')
  const redactor = createRedactor()
  let outputProblem: string | null = null
  let fileProblem: string | null = null
  let closed = false

  // Masked before and after cleaning: control characters in between must not hide a secret. Cut last: half a secret is not masked.
  const safe = (text: string) => capText(redactor.apply(cleanText(redactor.apply(text))))
  const safeOrNull = (text: string | null | undefined) => (text === null || text === undefined ? null : safe(text))

  const file: RotatingFile | null =
    directory === null
      ? null
      : createRotatingFile({
          ...options.rotation,
          path: join(directory, 'zwitness.log'),
          now,
          onProblem: (problem) => onProblem('file', problem),
        })
  const sink: StoreSink | null =
    store && createStoreSink({ ...options, store, onProblem: (problem) => onProblem('store', problem) })

  /** Said where it still can be said: the sink that fails gets the line too, once it works again. */
  function onProblem(where: 'file' | 'store', problem: string | null): void {
    if (where === 'file') fileProblem = problem
    const message = problem ?? (where === 'file' ? 'The log file is written again.' : 'Log lines are stored again.')
    const line = toLine(problem ? 'warn' : 'info', 'logs', message, {})
    toOutput(line)
    if (where === 'store') file?.write(formatLine(line, 'json'))
    else if (!closed) sink?.add(line)
  }
  function toOutput(line: LogLine): void {
    try {
      write(formatLine(line, format))
      outputProblem = null
    } catch (error) {
      outputProblem = `Standard output cannot be written: ${error instanceof Error ? error.message : error}`
    }
  }
  function toLine(
    level: LogLevel,
    component: string,
    message: string,
    { runId, datasetId, host, requestId, ...rest }: LogFields,
  ): LogLine {
    const entries = Object.entries(rest).filter(([, value]) => value !== undefined)
    const fields = toLoggable(Object.fromEntries(entries), safe) as LogLine['fields']
    const context = { datasetId: safeOrNull(datasetId), host: safeOrNull(host), requestId: safeOrNull(requestId) }
    return {
      at: now(),
      level,
      component: safe(component),
      message: safe(message),
      runId: runId ?? null,
      ...context,
      fields,
    }
  }
  function log(level: LogLevel, context: LogContext, component: string, message: string, fields: LogFields): void {
    if (LEVELS.indexOf(level) < lowest) return
    const line = toLine(level, component, message, { ...context, ...fields })
    toOutput(line)
    if (closed) return
    file?.write(formatLine(line, 'json'))
    sink?.add(line)
  }

  return {
    ...bindLogger(log, {}),
    redact: redactor.add,
    health: () => ({
      failedStoreWrites: sink?.failedWrites ?? 0,
      lostLines: sink?.lostLines ?? 0,
      storeProblem: sink?.problem ?? null,
      listenerProblem: sink?.listenerProblem ?? null,
      fileProblem,
      outputProblem,
    }),
    flush: async () => sink?.flush(),
    async close() {
      closed = true
      await sink?.close()
      file?.close()
    },
  }
}
