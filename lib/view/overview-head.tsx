import type { StatusWord } from './dataset-row.ts'
import { formatRelative } from './format.ts'
import { StatusMark } from './status-mark.tsx'

interface Props {
  readonly overall: StatusWord
  readonly headline: string
  readonly healthy: number
  readonly total: number
  /** Epoch milliseconds, null when there was none. */
  readonly lastCheckAt: number | null
  readonly nextCheckAt: number | null
  readonly now: number
}

/** Is everything all right? */
export function OverviewHead(props: Props) {
  const { overall, headline, healthy, total, lastCheckAt, nextCheckAt, now } = props
  const parts = [
    `${healthy} of ${total} healthy`,
    lastCheckAt === null ? 'not checked yet' : `last check ${formatRelative(lastCheckAt, now)}`,
    nextCheckAt === null ? 'no check is scheduled' : `next ${formatRelative(nextCheckAt, now)}`,
  ]
  return (
    <header class="headline">
      <h1>{headline}</h1>
      <p>
        <StatusMark status={overall} /> · {parts.join(' · ')}
      </p>
    </header>
  )
}
