import { fullTime, showTime, type TimeForm } from '#lib/text/zoned-time.ts'
import { useNow, useZone } from './shown-time.ts'

interface Props {
  /** RFC 3339, or epoch milliseconds. */
  readonly at: string | number
  readonly as?: TimeForm
  /** No stop of the Tab key: for tables, whose pages have the time again. */
  readonly quiet?: boolean
}

/** A time that stays true, with both zones for those who point at it or step onto it. */
export function Moment({ at, as = 'relative', quiet }: Props) {
  const zone = useZone()
  const now = useNow()
  const epoch = typeof at === 'number' ? at : Date.parse(at)
  const full = fullTime(epoch, zone)
  return (
    <time
      dateTime={new Date(epoch).toISOString()}
      data-as={as}
      title={full}
      data-tip={quiet ? undefined : full}
      tabIndex={quiet ? undefined : 0}
    >
      {showTime(epoch, as, { zone, now })}
    </time>
  )
}

/** The same where there may be none. */
export function MomentOr({
  at,
  none,
  ...how
}: Omit<Props, 'at'> & { readonly at: Props['at'] | null; readonly none: string }) {
  return at === null ? <span>{none}</span> : <Moment at={at} {...how} />
}
