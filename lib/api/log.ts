import { z } from 'zod'
import type { LogQuery, LogRecord, Store } from '#lib/db/types.ts'
import { callerKey } from '#lib/runtime/actor.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { tooMany } from '#lib/runtime/problem.ts'
import { isoMillis } from '#lib/text/words.ts'
import { describedEnum, epoch, Moment, pagingFields, Timestamp } from './fields.ts'

type LevelWord = Uppercase<LogRecord['level']>

export const LogLevel = describedEnum<LevelWord>('LogLevel', 'How much a record matters.', {
  DEBUG: 'For finding faults in the witness.',
  INFO: 'The course of things.',
  WARN: 'Worth a look.',
  ERROR: 'Something failed.',
})

export const LogEntry = z
  .object({
    id: z.string().describe('Rises; `after` takes it.'),
    at: Timestamp,
    level: LogLevel,
    component: z.string(),
    message: z.string(),
    runId: z.string().nullable(),
    datasetId: z.string().nullable(),
    host: z.string().nullable(),
    requestId: z.string().nullable(),
    fields: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'LogEntry', description: 'A record of the log. Secrets were taken out before it was written.' })

export type LogView = z.input<typeof LogEntry>

export function logView(record: LogRecord): LogView {
  const { component, message, datasetId, host, requestId } = record
  return {
    id: String(record.id),
    at: isoMillis(record.at),
    level: record.level.toUpperCase() as LevelWord,
    component,
    message,
    runId: record.runId === null ? null : String(record.runId),
    datasetId,
    host,
    requestId,
    fields: { ...record.fields },
  }
}

function storedLevel(level: LevelWord): LogRecord['level'] {
  return level.toLowerCase() as LogRecord['level']
}

/** How far a follower has come. */
const After = z
  .number()
  .int()
  .min(0)
  .optional()
  .describe('Records after this id, oldest first: how to follow. Without it the newest come first.')

export const logFields = {
  level: LogLevel.optional().describe('Lowest level wanted.'),
  component: z.string().max(100).optional(),
  datasetId: z.string().max(300).optional(),
  host: z.string().max(300).optional(),
  q: z.string().max(200).optional().describe('Text that message or fields hold.'),
  from: Moment.optional(),
  to: Moment.optional().describe('Exclusive.'),
  after: After,
  ...pagingFields(1000, 200),
}

interface Wanted {
  readonly level?: LevelWord
  readonly component?: string
  readonly datasetId?: string
  readonly host?: string
  readonly runId?: number
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly after?: number
  readonly limit: number
  readonly cursor?: string
}

export function logQuery({ level, q, from, to, ...same }: Wanted): LogQuery {
  return {
    ...same,
    level: level && storedLevel(level),
    text: q,
    from: from === undefined ? undefined : epoch(from),
    to: to === undefined ? undefined : epoch(to),
  }
}

/** Lines of a page: some 50 KB, a few MB where all of them are as long as can be. */
const PAGE = 200
const MOST = 20_000

/** The newest lines that fit, oldest first, as many as there may be. */
export async function* logPages(
  store: Pick<Store, 'logs' | 'logStart'>,
  query: Omit<LogQuery, 'limit' | 'cursor' | 'after'>,
  write: (record: LogView) => string,
): AsyncGenerator<string> {
  const first = await store.logStart(query, MOST)
  let after = first === null ? null : first - 1
  for (let left = MOST; after !== null && left > 0; ) {
    const { items, nextCursor } = await store.logs({ ...query, after, limit: Math.min(PAGE, left) })
    yield items.map((record) => `${write(logView(record))}\n`).join('')
    left -= items.length
    after = nextCursor === null ? null : (items.at(-1)?.id ?? null)
  }
}

/** A line for people. */
export function textLine({ at, level, component, message, runId, datasetId, host, fields }: LogView): string {
  const where = [
    runId === null ? '' : `run=${runId}`,
    datasetId === null ? '' : `dataset=${datasetId}`,
    host === null ? '' : `host=${host}`,
  ]
  const more = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields)
  return [at, level.padEnd(5), component, message.replaceAll(/\s*\n\s*/g, ' ⏎ '), ...where, more]
    .filter((part) => part !== '')
    .join(' ')
}

const under = new Set<string>()

/**
 * Text of any length as an answer, made page by page as fast as the client reads; one at a time for each caller. It is
 * over, and the next one may begin, when it was read to its end or no one reads it any more.
 * @throws Problem 429 RATE_LIMITED
 */
export function oneDownload(
  { actor, signal, log }: Pick<InvocationContext, 'actor' | 'signal' | 'log'>,
  pages: AsyncIterator<string>,
  headers: Readonly<Record<string, string>>,
): Response {
  const caller = callerKey(actor)
  if (under.has(caller)) return tooMany('A download of yours is under way; wait for its end, or stop it.', 5)
  under.add(caller)
  const encoder = new TextEncoder()
  let done = false
  function end(): void {
    if (done) return
    done = true
    signal.removeEventListener('abort', end)
    under.delete(caller)
  }
  // Of a client that has gone by now nothing more would be heard.
  if (signal.aborted) end()
  else signal.addEventListener('abort', end)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const page = done ? ({ done: true } as const) : await pages.next()
          if (page.done !== true) return controller.enqueue(encoder.encode(page.value))
          end()
          controller.close()
        } catch (error) {
          // The status was sent: that something is missing can only be told by an end that is none.
          end()
          log(
            'error',
            `A download ended before its end: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
          )
          controller.error(error)
        }
      },
      cancel: end,
    },
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  )
  return new Response(body, { headers })
}
