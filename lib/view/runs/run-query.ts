import type { RunView } from '#lib/api/run.ts'
import { KIND_WORDS, RUN_STATES } from '../run-words.tsx'

/** Which runs are shown: it stands in the address. */
export interface RunQuery {
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
