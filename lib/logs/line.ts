import type { LogRecord } from '#lib/db/types.ts'
import type { Json } from '#lib/replication/types/reason.ts'

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

const MAX_DEPTH = 5
const MAX_ENTRIES = 50

/** Any value as JSON that is safe to keep: bounded in depth and number, every string through `text`. Never throws, cycles included. */
export function toLoggable(value: unknown, text: (raw: string) => string, depth = 0): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object') return text(String(value))
  if (depth >= MAX_DEPTH) return '…'
  try {
    return loggableObject(value, text, depth)
  } catch (error) {
    // A getter or toString of a foreign object: the line matters more than this value.
    return text(`(cannot be shown: ${error instanceof Error ? error.message : 'unknown'})`)
  }
}

function loggableObject(value: object, text: (raw: string) => string, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return loggableEntries(errorEntries(value), text, depth)
  if (value instanceof Map)
    return loggableEntries(
      [...value].map(([key, entry]) => [String(key), entry]),
      text,
      depth,
    )
  const list = value instanceof Set ? [...value] : value
  if (!Array.isArray(list)) return loggableEntries(Object.entries(list), text, depth)
  const shown = list.slice(0, MAX_ENTRIES).map((entry) => toLoggable(entry, text, depth + 1))
  return list.length > MAX_ENTRIES ? [...shown, `… ${list.length - MAX_ENTRIES} more`] : shown
}

function loggableEntries(
  entries: readonly (readonly [string, unknown])[],
  text: (raw: string) => string,
  depth: number,
): Json {
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([key, entry]) => [text(key), toLoggable(entry, text, depth + 1)] as const)
  const more = entries.length - shown.length
  return Object.fromEntries(more > 0 ? [...shown, ['…', `${more} more`]] : shown)
}

/** The data an error carries (kind, host, exit code) is what callers branch on, so it is what a reader needs too. */
function errorEntries(error: Error): readonly (readonly [string, unknown])[] {
  const own = Object.entries(error).filter(([key]) => key !== 'name' && key !== 'message' && key !== 'stack')
  const cause = error.cause === undefined ? [] : [['cause', error.cause] as const]
  return [['name', error.name], ['message', error.message], ...own, ...cause, ['stack', error.stack ?? null]]
}

export const MASK = '•••'
/** A shorter "secret" would mask parts of ordinary words everywhere. */
const SHORTEST = 4

interface Redactor {
  /** From now on this text is masked wherever it appears. False: too short to be masked without harm, nothing was registered. */
  add(secret: string): boolean
  apply(text: string): string
}

export function createRedactor(): Redactor {
  // Longest first: a secret that contains another one must not leave its rest behind.
  let forms: readonly string[] = []
  return {
    add(secret) {
      const lines = secret.split(/\r\n|\r|\n/).filter((line) => line.length >= SHORTEST)
      // Key files have many lines, and stderr may quote one of them; in addresses a secret stands percent-encoded.
      const added = [secret, ...lines].filter((form) => form.trim().length >= SHORTEST)
      const all = new Set([...forms, ...added, ...added.map((form) => encodeURIComponent(form.toWellFormed()))])
      forms = [...all].sort((a, b) => b.length - a.length)
      return added.length > 0
    },
    apply(text) {
      let masked = text
      for (const form of forms) masked = masked.replaceAll(form, MASK)
      return masked
    },
  }
}
