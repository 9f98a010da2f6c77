import { batch, signal } from '@preact/signals'
import type { Connection } from '#lib/view/live-mark.tsx'
import type { Overview } from '#lib/view/overview.ts'
import { pageFacts } from '#lib/view/page-facts.ts'
import { shownNow } from '#lib/view/shown-time.ts'

/** What a part of a page wants to hear of. `refetch`: read anew whatever is shown, something may have been missed. */
interface Watcher {
  readonly dataset?: (summary: { readonly id: string; readonly name: string; readonly status: string }) => void
  readonly run?: (run: { readonly id: string; readonly state: string; readonly datasetId: string | null }) => void
  readonly progress?: (progress: Progress) => void
  readonly host?: (host: { readonly id: string }) => void
  readonly config?: () => void
  readonly log?: (record: { readonly id: string; readonly runId: string | null }) => void
  readonly refetch?: () => void | Promise<void>
}

export interface Progress {
  readonly runId: string
  readonly datasetId: string | null
  readonly bytesDone: number
  readonly bytesTotal: number | null
  readonly rate: number | null
  readonly etaSeconds: number | null
}

export const connection = signal<Connection>('page')
/** When it was last known that what is shown is so, epoch milliseconds of the server. */
export const asOf = signal<number | null>(null)
export const overview = signal<Overview | null>(null)

const BEAT_MS = 10_000
const QUIET_MS = 20_000
const OFFLINE_MS = 15_000

const watchers = new Set<Watcher>()
let source: EventSource | null = null
/** At the hello of the stream whoever watched then has read all. */
let greeted = false
let withLog = false
let heardAt = 0
let lostAt: number | null = null
/** The server's clock minus this one's. */
let offset = 0
let begun = false
/** Which reading of the status was the last to begin, and what the stream has said of it since. */
let statusReading = 0
let statusSince: Partial<Overview> = {}

/** One stream for the whole page, whoever watches. Call the result to end it. Browser only. */
export function watch(watcher: Watcher): () => void {
  watchers.add(watcher)
  if (begun && watcher.log && !withLog) reopen()
  if (!begun) begin()
  // Its script came later than the others': what they read then it has not read.
  else if (greeted) void watcher.refetch?.()
  return () => void watchers.delete(watcher)
}

/** The server's clock, epoch milliseconds. */
export function serverNow(): number {
  return Date.now() + offset
}

function begin(): void {
  begun = true
  offset = pageFacts().now - Date.now()
  asOf.value = pageFacts().now
  setInterval(() => void beat(), BEAT_MS)
  setInterval(() => {
    shownNow.value = serverNow()
  }, 30_000)
  document.addEventListener('visibilitychange', onVisibility)
  addEventListener('pagehide', close)
  addEventListener('pageshow', onVisibility)
  addEventListener('online', reopen)
  onVisibility()
}

/** A tab that no one sees holds no stream; when it is looked at again, everything is read anew. */
function onVisibility(): void {
  if (document.hidden) {
    close()
    return
  }
  shownNow.value = serverNow()
  open()
}

function open(): void {
  if (source !== null) return
  withLog = [...watchers].some((watcher) => watcher.log)
  const stream = new EventSource(`/api/events?topics=status,dataset,run,progress,host,config${withLog ? ',log' : ''}`)
  source = stream
  const on = <Data>(name: string, tell: (data: Data) => void): void =>
    stream.addEventListener(name, (event) => {
      heard()
      batch(() => tell(JSON.parse((event as MessageEvent<string>).data || 'null') as Data))
    })
  on<{ readonly asOf: string }>('hello', (hello) => {
    offset = Date.parse(hello.asOf) - Date.now()
    heard()
    void readAll()
  })
  on('resync', () => void readAll())
  on<Overview>('status', (data) => {
    statusSince = { ...statusSince, ...data }
    followStale(data)
    overview.value = { ...overview.value, ...data }
  })
  on<Parameters<NonNullable<Watcher['dataset']>>[0]>('dataset', (data) => each((watcher) => watcher.dataset?.(data)))
  on<Parameters<NonNullable<Watcher['run']>>[0]>('run', (data) => each((watcher) => watcher.run?.(data)))
  on<Progress>('progress', (data) => each((watcher) => watcher.progress?.(data)))
  on<{ readonly id: string }>('host', (data) => each((watcher) => watcher.host?.(data)))
  on<Parameters<NonNullable<Watcher['log']>>[0]>('log', (data) => each((watcher) => watcher.log?.(data)))
  on('config', () => {
    each((watcher) => watcher.config?.())
    void readAll()
  })
  on('bye', lost)
  stream.onerror = () => {
    lost()
    // Refused (too many watch, no session any more): the browser does not try again, so the beat polls and tries.
    if (stream.readyState === EventSource.CLOSED) close()
  }
}

function close(): void {
  source?.close()
  source = null
  greeted = false
}

function reopen(): void {
  close()
  if (!document.hidden) open()
}

function each(tell: (watcher: Watcher) => void): void {
  for (const watcher of watchers) tell(watcher)
}

function heard(): void {
  heardAt = Date.now()
  lostAt = null
  asOf.value = serverNow()
  connection.value = 'live'
}

function lost(): void {
  // An age that is shown must not be counted by a clock that is older.
  shownNow.value = serverNow()
  lostAt ??= Date.now()
  connection.value = Date.now() - lostAt > OFFLINE_MS ? 'offline' : 'reconnecting'
}

/** A stream may be dead without saying so, and there may be none: then a small request asks how things are. */
async function beat(): Promise<void> {
  if (document.hidden || (lostAt === null && Date.now() - heardAt < QUIET_MS)) return
  const streaming = source !== null && lostAt === null
  if (!(await readStatus())) {
    lost()
    if (source?.readyState !== EventSource.CONNECTING) reopen()
    return
  }
  asOf.value = serverNow()
  if (streaming) return heard()
  connection.value = 'polling'
  each((watcher) => void watcher.refetch?.())
  if (source === null) open()
}

async function readAll(): Promise<void> {
  if (await readStatus()) heard()
  greeted = true
  each((watcher) => void watcher.refetch?.())
}

/** That no one looks any more is no event of any dataset: it shows in the counts, and the rows are read anew. */
function followStale({ stale, counts }: Overview): void {
  const seen = stale === true ? counts.UNKNOWN : -1
  const before = overview.value
  const known = before?.stale === true ? before.counts.UNKNOWN : -1
  if (before !== null && stale !== undefined && seen !== known) each((watcher) => void watcher.refetch?.())
}

async function readStatus(): Promise<boolean> {
  const reading = ++statusReading
  statusSince = {}
  try {
    const response = await fetch('/api/status', { signal: AbortSignal.timeout(10_000) })
    if (response.status === 401) {
      connection.value = 'signed-out'
      return false
    }
    if (!response.ok) return false
    const answer = (await response.json()) as Overview
    // A later reading is under way, and what the stream said meanwhile is newer than this answer.
    if (reading !== statusReading) return true
    const data = { ...answer, ...statusSince }
    followStale(data)
    overview.value = data
    return true
  } catch {
    // No answer is an answer here: the indicator says since when.
    return false
  }
}
