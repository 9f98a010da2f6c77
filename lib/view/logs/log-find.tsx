import { LEVELS, type LogFilter } from './log-filter.ts'

/** Filters of the log; the address holds them. */
export function LogFind({ filter }: { readonly filter: LogFilter }) {
  return (
    <search>
      <form method="get" action="/logs" class="row find">
        <label class="choice">
          <span>Text</span>
          <input type="search" name="q" value={filter.q} placeholder="Search, key /" />
        </label>
        <label class="choice">
          <span>Level</span>
          <select name="level">
            <option value="">all</option>
            {LEVELS.map((level) => (
              <option key={level} value={level} selected={level === filter.level}>
                {level.toLowerCase()} and above
              </option>
            ))}
          </select>
        </label>
        <Field label="Component" name="component" value={filter.component} />
        <Field label="Dataset id" name="dataset" value={filter.dataset} />
        <Field label="Host" name="host" value={filter.host} />
        <Field label="Run" name="run" value={filter.run} />
        <TimeField label="From (UTC)" name="from" value={filter.from} />
        <TimeField label="To (UTC)" name="to" value={filter.to} />
        <button type="submit">Show</button>
        <a class="button plain" href="/logs">
          Clear
        </a>
      </form>
    </search>
  )
}

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
}

function Field({ label, name, value }: FieldProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <input name={name} value={value} size={12} />
    </label>
  )
}

function TimeField({ label, name, value }: FieldProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <input type="datetime-local" name={name} value={value} />
    </label>
  )
}
