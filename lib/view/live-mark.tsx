import { relativeTime } from '#lib/text/words.ts'
import { showTime } from '#lib/text/zoned-time.ts'
import { useZone } from './shown-time.ts'

/** `page`: as the server rendered it, nothing follows yet. `polling`: no stream, but answers. */
export type Connection = 'page' | 'live' | 'polling' | 'reconnecting' | 'offline' | 'signed-out'

interface Props {
  readonly connection: Connection
  /** When the newest data came, epoch milliseconds. */
  readonly asOf: number
  readonly now: number
}

const WORDS: Readonly<Record<Connection, string>> = {
  page: '◌ As of',
  live: '● Live',
  polling: '◐ Polling',
  reconnecting: '◌ Reconnecting…',
  offline: '○ Offline',
  'signed-out': '○ Signed out',
}

/**
 * How fresh what you see is; never only a colour. Only the connection is announced when it changes: a clock that is
 * spoken every second would drown everything else.
 */
export function LiveMark(props: Props) {
  const { connection } = props
  const zone = useZone()
  return (
    <p class={`live live-${connection}`}>
      <b role="status">{WORDS[connection]}</b> <span class="age">{ageWords(props, zone)}</span>
      <span class="on-paper">
        As of {showTime(props.asOf, 'second', { zone, now: props.now })} {zone}
      </span>
    </p>
  )
}

export function ageWords({ connection, asOf, now }: Props, zone: string): string {
  const clock = showTime(asOf, 'clock', { zone, now })
  if (connection === 'page') return clock
  if (connection === 'offline' || connection === 'signed-out')
    return `showing data from ${clock} (${relativeTime(asOf, now)})`
  return `data as of ${clock}`
}
