import type { ComponentChildren } from 'preact'
import { relativeTime } from '#lib/text/words.ts'
import { showTime } from '#lib/text/zoned-time.ts'
import { Icon } from './icon.tsx'
import type { Connection } from './live-mark.tsx'
import { Moment } from './moment.tsx'
import { useZone } from './shown-time.ts'

interface Props {
  readonly connection: Connection
  /** When the newest data came, epoch milliseconds. */
  readonly asOf: number
  readonly now: number
}

/** Above what stands still: since when, and what is not known. Nothing while news come. */
export function StandsStill({ connection, asOf, now }: Props) {
  const zone = useZone()
  if (connection !== 'offline' && connection !== 'signed-out') return null
  return (
    <Note>
      <b>
        No news since {showTime(asOf, 'clock', { zone, now })} ({relativeTime(asOf, now)}).
      </b>{' '}
      {connection === 'offline' ? 'The witness does not answer.' : 'You are signed out.'} This page shows how it was
      then: what broke or was repaired since is not known here.{' '}
      {connection === 'signed-out' && <a href="/login">Sign in</a>}
    </Note>
  )
}

/** What was not looked at for longer than two of its intervals. */
export interface Overlooked {
  readonly count: number
  readonly total: number
  /** Looked at longest ago; null where no look ever saw both sides. */
  readonly oldest: { readonly name: string; readonly checkedAt: string } | null
}

interface Row {
  readonly name: string
  readonly stale: boolean
  readonly checkedAt: string | null
  readonly retired: boolean
}

/** Null: every dataset is looked at in time. */
export function overlookedOf(rows: readonly Row[]): Overlooked | null {
  const looked = rows.filter((row) => !row.retired)
  const stale = looked.filter((row) => row.stale)
  if (stale.length === 0) return null
  let oldest: Overlooked['oldest'] = null
  for (const { name, checkedAt } of stale)
    if (checkedAt !== null && (oldest === null || checkedAt < oldest.checkedAt)) oldest = { name, checkedAt }
  return { count: stale.length, total: looked.length, oldest }
}

/** Above the datasets: that the checks stand still, whatever the stream says. */
export function NotLookedAt({ overlooked }: { readonly overlooked: Overlooked | null }) {
  if (overlooked === null) return null
  const { oldest } = overlooked
  return (
    <Note>
      <b>{overlookedWords(overlooked)}</b>{' '}
      {oldest !== null && (
        <>
          The oldest look is from <Moment at={oldest.checkedAt} as="minute" quiet /> ({oldest.name}).{' '}
        </>
      )}
      Shown is what was seen then; whether anything fell behind or broke since is not known.{' '}
      <a href="/logs?level=warn">What the log says</a>
    </Note>
  )
}

/** `3 of 64 datasets were not looked at for two check intervals.` */
export function overlookedWords({ count, total }: Overlooked): string {
  const which =
    count < total
      ? `${count} of ${total} datasets ${count === 1 ? 'was' : 'were'} not`
      : total === 1
        ? 'The dataset was not'
        : `None of ${total} datasets was`
  return `${which} looked at for two check intervals.`
}

/** The same on the page of one dataset. */
export function NotLookedAtOne({ stale, checkedAt }: { readonly stale: boolean; readonly checkedAt: string | null }) {
  if (!stale) return null
  return (
    <Note>
      <b>
        {checkedAt === null ? (
          'No look has ever seen both sides.'
        ) : (
          <>
            Not looked at since <Moment at={checkedAt} as="minute" quiet /> (<Moment at={checkedAt} quiet />
            ).
          </>
        )}
      </b>{' '}
      That is longer than two check intervals. This page shows how it was then: whether the backup fell behind or broke
      since is not known.
    </Note>
  )
}

function Note({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="note warn not-fresh">
      <Icon name="dashed" size={18} />
      <p>{children}</p>
    </div>
  )
}
