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

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const

/** Which records are shown: it stands in the address. */
interface LogFilter {
  readonly level: string
  readonly component: string
  readonly dataset: string
  readonly host: string
  readonly run: string
  readonly q: string
  /** As the browser's field for day and time gives them, in UTC. */
  readonly from: string
  readonly to: string
}

export function readLogFilter(params: URLSearchParams): LogFilter {
  const text = (name: string, most = 300): string => params.get(name)?.trim().slice(0, most) ?? ''
  const moment = (name: string): string => (Number.isNaN(Date.parse(`${text(name)}Z`)) ? '' : text(name))
  const level = text('level').toUpperCase()
  return {
    level: LEVELS.find((known) => known === level) ?? '',
    component: text('component', 100),
    dataset: text('dataset'),
    host: text('host'),
    run: /^\d{1,15}$/.test(text('run')) ? text('run') : '',
    q: text('q', 200),
    from: moment('from'),
    to: moment('to'),
  }
}

/** As the API's own parameters. */
export function logApiQuery(filter: LogFilter): URLSearchParams {
  const { level, component, dataset, host, run, q, from, to } = filter
  const params = new URLSearchParams()
  const put = (name: string, value: string): void => {
    if (value !== '') params.set(name, value)
  }
  put('level', level)
  put('component', component)
  put('datasetId', dataset)
  put('host', host)
  put('runId', run)
  put('q', q)
  put('from', from === '' ? '' : new Date(`${from}Z`).toISOString())
  put('to', to === '' ? '' : new Date(`${to}Z`).toISOString())
  return params
}
