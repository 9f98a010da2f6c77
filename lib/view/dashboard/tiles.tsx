import { type DatasetQuery, STATUSES } from '../dataset-query.ts'
import type { StatusWord } from '../dataset-row.ts'
import { STATUS_WORDS, StatusShape } from '../status-mark.tsx'
import type { Summary } from './summary.ts'

interface Props {
  readonly counts: Summary['counts']
  readonly query: DatasetQuery
  readonly onPress?: (status: StatusWord) => void
}

/** How many of each; each filters the table. Without a script they send the form. */
export function Tiles({ counts, query, onPress }: Props) {
  return (
    <form method="get" action="/" class="tiles">
      {STATUSES.map((status) => {
        const pressed = query.status.includes(status)
        return (
          <button
            key={status}
            type="submit"
            name="status"
            value={pressed ? '' : status}
            aria-pressed={pressed}
            class={`tile status-${status.toLowerCase()}${counts[status] === 0 ? ' none' : ''}`}
            onClick={
              onPress &&
              ((event) => {
                event.preventDefault()
                onPress(status)
              })
            }
          >
            <span class="tile-count">
              <StatusShape status={status} size={20} /> {counts[status]}
            </span>
            <span class="tile-word">{STATUS_WORDS[status]}</span>
          </button>
        )
      })}
    </form>
  )
}
