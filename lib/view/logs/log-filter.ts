export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const

/** Which records are shown: it stands in the address. */
export interface LogFilter {
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

export function logPageQuery(filter: LogFilter): string {
  const params = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''))
  const text = params.toString()
  return text === '' ? '/logs' : `/logs?${text}`
}
