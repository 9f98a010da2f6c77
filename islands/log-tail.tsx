import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { LogView } from '#lib/api/log.ts'
import { useHydrated } from '#lib/client/hydrated.ts'
import { watch } from '#lib/client/live.ts'
import { oneAtATime, soon } from '#lib/client/readings.ts'
import { send } from '#lib/client/send.ts'
import { LogLines } from '#lib/view/logs/log-lines.tsx'
import { useZone } from '#lib/view/shown-time.ts'

interface Props {
  /** Oldest first. */
  readonly records: readonly LogView[]
  readonly cursor: string | null
  /** Parameters of the API. */
  readonly query: string
  /** False where the view ends at a time: nothing new belongs into it. */
  readonly open: boolean
}

const MOST = 1000
const PAUSE_MS = 250
const NEAR_END = 24

/** The newest records, followed as long as one looks at the end. */
export default function LogTail(props: Props) {
  const records = useSignal(props.records)
  const cursor = useSignal(props.cursor)
  const waiting = useSignal(0)
  const wrap = useSignal(true)
  const box = useRef<HTMLDivElement>(null)
  const following = useSignal(true)
  const ready = useHydrated()
  const zone = useZone()
  const amp = props.query === '' ? '' : '&'

  const toEnd = (): void => {
    waiting.value = 0
    following.value = true
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }
  useEffect(() => {
    if (following.value) toEnd()
  }, [records.value])
  useEffect(() => {
    if (!props.open) return
    const read = oneAtATime(async () => {
      const last = records.value.at(-1)?.id ?? '0'
      const answer = await send('GET', `/api/logs?${props.query}${amp}after=${last}&limit=${MOST}`)
      if (!answer.ok) return
      const fresh = (answer.body as { items: readonly LogView[] }).items
      if (fresh.length === 0) return
      // Whoever reads further up keeps what he reads; it is cut only while one follows.
      const all = [...records.value, ...fresh]
      records.value = following.value ? all.slice(-MOST) : all
      if (!following.value) waiting.value += fresh.length
    })
    const again = soon(read, PAUSE_MS)
    const end = watch({
      refetch: read,
      // The filter is the server's: the event only says that there is something.
      log: () => again.ask(),
    })
    return () => {
      again.end()
      end()
    }
  }, [])

  const older = async (): Promise<void> => {
    const answer = await send('GET', `/api/logs?${props.query}${amp}cursor=${cursor.value}&limit=200`)
    if (!answer.ok) return
    const page = answer.body as { items: readonly LogView[]; nextCursor: string | null }
    following.value = false
    records.value = [...[...page.items].reverse(), ...records.value]
    cursor.value = page.nextCursor
  }

  return (
    <section class="stack-s" aria-label="Log records">
      <div class="row between">
        <p class="muted">
          Times in {zone}.{' '}
          {props.open && ready && (following.value ? 'Following.' : 'Not following: scroll to the end.')}
        </p>
        {ready && (
          <label class="check">
            <input type="checkbox" checked={wrap.value} onInput={() => (wrap.value = !wrap.value)} /> wrap long lines
          </label>
        )}
      </div>
      <div
        ref={box}
        class={`log-box tall card${wrap.value ? '' : ' no-wrap'}`}
        role="log"
        aria-live="off"
        aria-label="Log, newest at the bottom"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          following.value = scrollHeight - scrollTop - clientHeight < NEAR_END
          if (following.value) waiting.value = 0
        }}
      >
        {ready && cursor.value !== null && (
          <p>
            <button type="button" class="plain" onClick={() => void older()}>
              Load older
            </button>
          </p>
        )}
        {records.value.length === 0 ? <p class="empty">No record matches.</p> : <LogLines records={records.value} />}
      </div>
      {waiting.value > 0 && (
        <p class="new-lines">
          <button type="button" onClick={toEnd}>
            {waiting.value} new {waiting.value === 1 ? 'line' : 'lines'} ↓
          </button>
        </p>
      )}
    </section>
  )
}
