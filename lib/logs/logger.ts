import { join } from 'node:path'
import type { LogRecord, Store } from '#lib/db/types.ts'
import { capText, cleanText } from '#lib/text/clean.ts'
import { createRedactor, formatLine, type LogFormat, type LogLine, toLoggable } from './line.ts'
import {
  createRotatingFile,
  createStoreSink,
  type RotatingFile,
  type RotatingFileOptions,
  type StoreSink,
} from './sinks.ts'
import type { ComponentLog, LogContext, LogFields, Logger, LogLevel, RootLogger } from './types.ts'

export interface LoggerOptions {
  /** Null: nothing is stored (a command that has no database). */
  readonly store: Pick<Store, 'addLogs'> | null
  /** Standard output; gets whole lines. */
  readonly write: (line: string) => void
  /** The lowest level that is written anywhere. */
  readonly level?: LogLevel
  readonly format?: LogFormat
  /** ZWITNESS_LOG_DIR: `zwitness.log` in it gets JSON lines, `strangers.log` those of strangers. Null: no files. */
  readonly directory?: string | null
  readonly rotation?: Pick<RotatingFileOptions, 'maxBytes' | 'files'>
  readonly now?: () => number
  /** Told of stored lines, with their ids. */
  readonly onStored?: (records: readonly LogRecord[]) => void
  readonly flushMs?: number
}

/** Where a problem is, beside the names of files. */
const STORE = 'store'
const STRANGERS_ROTATION = { maxBytes: 5 * 1024 * 1024, files: 2 }
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export function createLogger(options: LoggerOptions): RootLogger {
  const { store, write, format = 'json', directory = null, now = Date.now } = options
  const lowest = LEVELS.indexOf(options.level ?? 'info')
  const redactor = createRedactor()
  let outputProblem: string | null = null
  const fileProblems: Record<string, string | null> = {}
  let closed = false

  // Masked before and after cleaning: control characters in between must not hide a secret. Cut last: half a secret is not masked.
  const safe = (text: string) => capText(redactor.apply(cleanText(redactor.apply(text))))
  const safeOrNull = (text: string | null | undefined) => (text === null || text === undefined ? null : safe(text))

  const openFile = (name: string, rotation: LoggerOptions['rotation']): RotatingFile | null =>
    directory === null
      ? null
      : createRotatingFile({
          ...rotation,
          path: join(directory, name),
          now,
          onProblem: (problem) => onProblem(name, problem),
        })
  const file = openFile('zwitness.log', options.rotation)
  // Of its own, so that no crowd of strangers can rotate away what else has happened.
  const strangersFile = openFile('strangers.log', STRANGERS_ROTATION)
  const sink: StoreSink | null =
    store && createStoreSink({ ...options, store, onProblem: (problem) => onProblem(STORE, problem) })

  /** Said where it still can be said: the sink that fails gets the line too, once it works again. */
  function onProblem(where: string, problem: string | null): void {
    if (where !== STORE) fileProblems[where] = problem
    const message =
      problem ?? (where === STORE ? 'Log lines are stored again.' : `The log file ${where} is written again.`)
    const line = toLine(problem ? 'warn' : 'info', 'logs', message, {})
    toOutput(line)
    if (where === STORE) file?.write(formatLine(line, 'json'))
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

  function logStranger(level: LogLevel, _: LogContext, component: string, message: string, fields: LogFields): void {
    if (LEVELS.indexOf(level) < lowest) return
    const line = toLine(level, component, message, fields)
    toOutput(line)
    if (!closed) strangersFile?.write(formatLine(line, 'json'))
  }

  return {
    ...bindLogger(log, {}),
    strangers: (name) => bindLogger(logStranger, {}).component(name),
    redact: redactor.add,
    health: () => ({
      failedStoreWrites: sink?.failedWrites ?? 0,
      lostLines: sink?.lostLines ?? 0,
      storeProblem: sink?.problem ?? null,
      listenerProblem: sink?.listenerProblem ?? null,
      fileProblem: Object.values(fileProblems).find((problem) => problem !== null) ?? null,
      outputProblem,
    }),
    flush: async () => sink?.flush(),
    async close() {
      closed = true
      await sink?.close()
      file?.close()
      strangersFile?.close()
    },
  }
}

type WriteLog = (level: LogLevel, context: LogContext, component: string, message: string, fields: LogFields) => void

/** The faces of one writing function: a logger with its context, its children, and those of one component. */
function bindLogger(write: WriteLog, context: LogContext): Logger {
  const at =
    (level: LogLevel) =>
    (component: string, message: string, fields: LogFields = {}) =>
      write(level, context, component, message, fields)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => bindLogger(write, { ...context, ...more }),
    component: (name) => bindComponent(write, context, name),
  }
}

function bindComponent(write: WriteLog, context: LogContext, name: string): ComponentLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      write(level, context, name, message, fields)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
