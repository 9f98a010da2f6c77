import type { LogRecord } from '#lib/db/types.ts'

export type LogLevel = LogRecord['level']

export interface LogContext {
  readonly runId?: number | null
  readonly datasetId?: string | null
  readonly host?: string | null
  readonly requestId?: string | null
}
/** Anything may be logged; what is no JSON is made so. Names of the context go into their own columns. */
export type LogFields = LogContext & { readonly [key: string]: unknown }

export interface ComponentLog {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Never throws, never waits. */
export interface Logger {
  debug(component: string, message: string, fields?: LogFields): void
  info(component: string, message: string, fields?: LogFields): void
  warn(component: string, message: string, fields?: LogFields): void
  error(component: string, message: string, fields?: LogFields): void
  /** Lines of it carry this context, unless they name their own. */
  child(context: LogContext): Logger
  /** For code that is one component. */
  component(name: string): ComponentLog
}

export interface RootLogger extends Logger {
  /**
   * For what someone caused who has not signed in: it goes to standard output and to a file of its own, never to the
   * store, which has better uses for its room.
   */
  strangers(component: string): ComponentLog
  /** Masks the text in every line from now on. False: too short (under 4 characters), not masked. */
  redact(secret: string): boolean
  /** Of the logging itself, for status and metrics. Null problems are none. */
  health(): LoggingHealth
  /** All lines so far are stored or counted as lost. */
  flush(): Promise<void>
  /** Flushes; later lines go to standard output alone. */
  close(): Promise<void>
}

interface LoggingHealth {
  readonly failedStoreWrites: number
  readonly lostLines: number
  readonly storeProblem: string | null
  readonly fileProblem: string | null
  readonly outputProblem: string | null
  /** Listeners for stored lines (`onStored`) failed. */
  readonly listenerProblem: string | null
}
