import { type DatasetQuery, GROUPS, readQuery, STATUSES, writeQuery } from '../dataset-query.ts'
import { Icon } from '../icon.tsx'
import { STATUS_WORDS } from '../status-mark.tsx'

interface Props {
  readonly id: string
  readonly query: DatasetQuery
  readonly pairs: readonly string[]
  /** Codes that some dataset has now. */
  readonly reasons: readonly string[]
  /** Called with each letter and choice. */
  readonly onChange: (query: DatasetQuery) => void
  /** Every row can be found here: there is nothing to send, and no button for it. */
  readonly complete: boolean
}

const GROUP_WORDS = { none: 'not at all', pair: 'by pair', reason: 'by reason', status: 'by status' } as const

/** What the form says now, in the order of `query`. */
export function readForm(form: HTMLFormElement, query: DatasetQuery): DatasetQuery {
  const params = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))
  return { ...readQuery(params), sort: query.sort, reverse: query.reverse }
}

/** Search, filters and grouping: a form whose address can be kept and sent. */
export function FindForm({ id, query, pairs, reasons, onChange, complete }: Props) {
  return (
    <search>
      <form
        id={id}
        method="get"
        action="/"
        class="find row"
        onInput={(event) => onChange(readForm(event.currentTarget, query))}
        onSubmit={(event) => {
          if (complete) event.preventDefault()
        }}
      >
        <label class="search">
          <Icon name="search" />
          <span class="visually-hidden">Search datasets, hosts and reasons</span>
          <input type="search" name="q" value={query.q} placeholder="Search, key /" autocomplete="off" />
        </label>
        <Choice
          label="Status"
          name="status"
          value={query.status.join(',')}
          options={[
            ['', 'any'],
            ...STATUSES.map((status) => [status, STATUS_WORDS[status]] as const),
            ...(query.status.length > 1
              ? [[query.status.join(','), query.status.map((s) => STATUS_WORDS[s]).join(', ')] as const]
              : []),
          ]}
        />
        <Choice
          label="SAN pair"
          name="pair"
          value={query.pair}
          options={[['', 'any'], ...pairs.map((pair) => [pair, pair] as const)]}
        />
        <Choice
          label="Reason"
          name="reason"
          value={query.reason}
          options={[['', 'any'], ...reasons.map((reason) => [reason, reason] as const)]}
        />
        <Choice
          label="Group"
          name="group"
          value={query.group}
          options={GROUPS.map((group) => [group, GROUP_WORDS[group]] as const)}
        />
        {!complete && <button type="submit">Show</button>}
        {writeQuery({ ...query, sort: 'status', reverse: false, group: 'none' }) !== '' && (
          <a class="button plain" href="/#all">
            Clear filters
          </a>
        )}
      </form>
    </search>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
}

/** A value that is no option (any more: an old address, a reason that has gone) is one all the same: it is what is asked for. */
function Choice({ label, name, value, options }: ChoiceProps) {
  const all = options.some(([option]) => option === value) ? options : [...options, [value, value] as const]
  return (
    <label class="choice">
      <span>{label}</span>
      <select name={name} value={value}>
        {all.map(([option, words]) => (
          <option key={option} value={option} selected={option === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}
