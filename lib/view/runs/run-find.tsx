import type { RunView } from '#lib/api/run.ts'
import { KIND_WORDS, RUN_STATES, stateWord } from '../run-words.tsx'

/** Filters of the runs; the address holds them. */
export function RunFind({ query }: { readonly query: RunQuery }) {
  return (
    <search>
      <form method="get" action="/runs" class="row find">
        <label class="choice">
          <span>Kind</span>
          <select name="kind">
            <option value="">any</option>
            {Object.entries(KIND_WORDS).map(([kind, words]) => (
              <option key={kind} value={kind} selected={kind === query.kind}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>Result</span>
          <select name="result">
            <option value="">any</option>
            {RUN_STATES.map((state) => (
              <option key={state} value={state} selected={state === query.result}>
                {stateWord(state)}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          <span>Dataset id</span>
          <input type="search" name="dataset" value={query.dataset} />
        </label>
        <label class="choice">
          <span>Who</span>
          <input name="actor" value={query.actor} size={10} />
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
        <a class="button plain" href="/runs">
          Clear
        </a>
      </form>
    </search>
  )
}

/** Which runs are shown: it stands in the address. */
interface RunQuery {
  readonly kind: RunView['kind'] | ''
  readonly result: RunView['state'] | ''
  readonly dataset: string
  readonly actor: string
  /** Days as the browser's date field gives them, `2026-11-22`. */
  readonly from: string
  readonly to: string
}

export function readRunQuery(params: URLSearchParams): RunQuery {
  const text = (name: string): string => params.get(name)?.trim() ?? ''
  const day = (name: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : '')
  return {
    kind: (Object.keys(KIND_WORDS) as RunView['kind'][]).find((kind) => kind === text('kind')) ?? '',
    result: RUN_STATES.find((state) => state === text('result')) ?? '',
    dataset: text('dataset'),
    actor: text('actor'),
    from: day('from'),
    to: day('to'),
  }
}

/** As the API's own parameters; days are those of UTC. */
export function runApiQuery({ kind, result, dataset, actor, from, to }: RunQuery): URLSearchParams {
  const params = new URLSearchParams()
  if (kind !== '') params.set('kind', kind)
  if (result !== '') params.set('state', result)
  if (dataset !== '') params.set('datasetId', dataset)
  if (actor !== '') params.set('actor', actor)
  if (from !== '') params.set('from', `${from}T00:00:00Z`)
  if (to !== '') params.set('to', new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString())
  return params
}

export function runPageQuery(query: RunQuery, cursor: string | null): string {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  if (cursor !== null) params.set('cursor', cursor)
  const text = params.toString()
  return text === '' ? '/runs' : `/runs?${text}`
}
