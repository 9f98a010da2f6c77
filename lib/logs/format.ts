import type { LogRecord } from '#lib/db/types.ts'

export type LogFormat = 'json' | 'text'
export type LogLine = Omit<LogRecord, 'id'>

/** One line, with its end. JSON has the documented keys first; a field of the same name cannot replace one. */
export function formatLine(line: LogLine, format: LogFormat): string {
  return format === 'json' ? jsonLine(line) : textLine(line)
}

function jsonLine({ at, level, message, component, runId, datasetId, host, requestId, fields }: LogLine): string {
  const known = { ts: new Date(at).toISOString(), level, msg: message, component, runId, datasetId, host, requestId }
  const present = Object.entries(known).filter(([, value]) => value !== null)
  const extra = Object.keys(fields).length > 0 ? { fields } : {}
  return `${JSON.stringify({ ...Object.fromEntries(present), ...extra })}\n`
}

function textLine({ at, level, message, component, runId, datasetId, host, requestId, fields }: LogLine): string {
  const context = { run: runId, dataset: datasetId, host, request: requestId, ...fields }
  const pairs = Object.entries(context).flatMap(([key, value]) => (value === null ? [] : [`${key}=${quoted(value)}`]))
  const head = `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${component}: ${message}`
  return `${[head, ...pairs].join(' ')}\n`
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return typeof value === 'string' && /[\s"=]/.test(text) ? JSON.stringify(text) : text
}
