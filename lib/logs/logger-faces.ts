import type { ComponentLog, LogContext, LogFields, Logger, LogLevel } from './types.ts'

export type WriteLog = (
  level: LogLevel,
  context: LogContext,
  component: string,
  message: string,
  fields: LogFields,
) => void

/** The faces of one writing function: a logger with its context, its children, and those of one component. */
export function bindLogger(write: WriteLog, context: LogContext): Logger {
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
