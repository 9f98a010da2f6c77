import type { LogQuery, Store } from '#lib/db/types.ts'
import { type LogView, logView } from './log.ts'

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
