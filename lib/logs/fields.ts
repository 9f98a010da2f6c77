import type { Json } from '#lib/replication/types/reason.ts'

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
