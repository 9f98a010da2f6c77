import type { ChangeView } from '#lib/api/history.ts'

interface HistoryQuery {
  readonly subject: ChangeView['subject'] | ''
  readonly dataset: string
  readonly host: string
  /** Days as the browser's date field gives them, `2026-11-22`. */
  readonly from: string
  readonly to: string
}

const SUBJECTS: Readonly<Record<ChangeView['subject'], string>> = {
  DATASET: 'datasets',
  HOST: 'SANs',
  POOL: 'pools',
  WITNESS: 'the witness',
}

export function readHistoryQuery(params: URLSearchParams): HistoryQuery {
  const text = (name: string): string => params.get(name)?.trim() ?? ''
  const day = (name: string): string =>
    /^\d{4}-\d{2}-\d{2}$/.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : ''
  return {
    subject: (Object.keys(SUBJECTS) as ChangeView['subject'][]).find((each) => each === text('subject')) ?? '',
    dataset: text('dataset').slice(0, 300),
    host: text('host').slice(0, 100),
    from: day('from'),
    to: day('to'),
  }
}

/** Address of the page with these filters; `cursor`: of a later page. */
export function historyPage(query: HistoryQuery, cursor: string | null = null): string {
  const asked = Object.entries({ ...query, cursor: cursor ?? '' }).filter(([, value]) => value !== '')
  return asked.length === 0 ? '/history' : `/history?${new URLSearchParams(asked)}`
}

/** Filters of the history; the address holds them. */
export function HistoryFind({ query, hosts }: { readonly query: HistoryQuery; readonly hosts: readonly string[] }) {
  return (
    <search>
      <form method="get" action="/history" class="row find">
        <label class="choice">
          <span>What</span>
          <select name="subject">
            <option value="">everything</option>
            {Object.entries(SUBJECTS).map(([subject, words]) => (
              <option key={subject} value={subject} selected={subject === query.subject}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>Dataset id</span>
          <input type="search" name="dataset" value={query.dataset} />
        </label>
        <label class="choice">
          <span>SAN</span>
          <select name="host">
            <option value="">any</option>
            {hosts.map((host) => (
              <option key={host} value={host} selected={host === query.host}>
                {host}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>From</span>
          <input type="date" name="from" value={query.from} />
        </label>
        <label class="choice">
          <span>To</span>
          <input type="date" name="to" value={query.to} />
        </label>
        <button type="submit">Show</button>
        <a class="button plain" href="/history">
          Clear
        </a>
      </form>
    </search>
  )
}
