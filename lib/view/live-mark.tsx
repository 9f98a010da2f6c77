import { formatClock, formatRelative } from './format.ts'

/** `page`: as the server rendered it, nothing follows yet. */
export type Connection = 'page' | 'live' | 'reconnecting' | 'offline'

interface Props {
  readonly connection: Connection
  /** When the newest data came, epoch milliseconds. */
  readonly asOf: number
  readonly now: number
}

const WORDS: Readonly<Record<Connection, string>> = {
  page: '',
  live: '● Live ·',
  reconnecting: '◌ Reconnecting…',
  offline: '○ Offline —',
}

/**
 * How fresh what you see is; never only a colour. Only the connection is announced when it changes: a clock that is
 * spoken every second would drown everything else.
 */
export function LiveMark({ connection, asOf, now }: Props) {
  return (
    <p class={`live live-${connection}`}>
      <span role="status">{WORDS[connection]}</span> <span>{ageWords({ connection, asOf, now })}</span>
    </p>
  )
}

export function ageWords({ connection, asOf, now }: Props): string {
  const clock = formatClock(asOf)
  if (connection === 'page') return `Data as of ${clock}. Reload the page for newer data.`
  if (connection === 'offline') return `showing data from ${clock} (${formatRelative(asOf, now)})`
  return `data as of ${clock}`
}
