import type { DatasetRow } from './dataset-row.ts'
import type { Connection } from './live-mark.tsx'
import type { RunProgress } from './run-progress.tsx'

export interface Follower {
  connection(state: Connection): void
  rows(rows: readonly DatasetRow[], asOf: number): void
  row(row: DatasetRow): void
  /** A run began, went on or ended. */
  run(run: { readonly id: string; readonly state: string }): void
  progress(progress: RunProgress): void
}

const EVENTS = '/api/events?topics=dataset,run,progress,config'
const POLL_MS = 30_000

/**
 * Keeps a follower up to date: one stream while the tab is seen, everything read anew whenever the stream begins or
 * says that it lost something, and polling where there is no stream. Call the result to end it. Browser only.
 */
export function follow(follower: Follower): () => void {
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let ended = false
  let reading = 0

  async function refetch(): Promise<void> {
    const turn = ++reading
    try {
      const { rows, asOf } = await readAll()
      // A slower, older answer must not replace a newer one.
      if (!ended && turn === reading) follower.rows(rows, asOf)
    } catch {
      // The stream's own state tells whether there is a connection; the data shown keeps its time.
      if (!ended) follower.connection('offline')
    }
  }

  function open(): void {
    clearTimeout(retry)
    if (ended || source !== null) return
    const stream = new EventSource(EVENTS)
    source = stream
    const on = (name: string, handle: (data: unknown) => void): void =>
      stream.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data || 'null')))
    on('hello', () => {
      follower.connection('live')
      void refetch()
    })
    on('resync', () => void refetch())
    on('config', () => void refetch())
    on('dataset', (data) => follower.row(data as DatasetRow))
    on('run', (data) => follower.run(data as { id: string; state: string }))
    on('progress', (data) => follower.progress(data as RunProgress))
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return follower.connection('reconnecting')
      // Refused (too many clients, stopping): the browser does not try again, so we do, and poll meanwhile.
      close()
      follower.connection('offline')
      retry = setTimeout(() => {
        void refetch()
        open()
      }, POLL_MS)
    }
  }

  function close(): void {
    clearTimeout(retry)
    source?.close()
    source = null
  }

  const onVisibility = (): void => (document.hidden ? close() : open())
  document.addEventListener('visibilitychange', onVisibility)
  addEventListener('pagehide', close)
  addEventListener('pageshow', onVisibility)
  onVisibility()
  return () => {
    ended = true
    close()
    document.removeEventListener('visibilitychange', onVisibility)
    removeEventListener('pagehide', close)
    removeEventListener('pageshow', onVisibility)
  }
}

async function readAll(): Promise<{ readonly rows: readonly DatasetRow[]; readonly asOf: number }> {
  const rows: DatasetRow[] = []
  let cursor: string | null = null
  let asOf = ''
  do {
    const page: Page = await readPage(cursor)
    rows.push(...page.items)
    cursor = page.nextCursor
    asOf = page.asOf
  } while (cursor !== null)
  return { rows, asOf: Date.parse(asOf) }
}

interface Page {
  readonly items: readonly DatasetRow[]
  readonly nextCursor: string | null
  readonly asOf: string
}

async function readPage(cursor: string | null): Promise<Page> {
  const more = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
  const response = await fetch(`/api/datasets?limit=1000${more}`)
  if (!response.ok) throw new Error(`The list of datasets could not be read: ${response.status}.`)
  return response.json()
}
