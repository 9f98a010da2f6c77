import type { ChangeView, DatasetHistoryView } from '#lib/api/history.ts'
import { durationText } from '#lib/text/words.ts'
import { datasetPage, type StatusWord } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { STATUS_WORDS, StatusMark, StatusShape } from '../status-mark.tsx'

/** What a page shows of a change: the evidence is for machines. */
export type ShownChange = Omit<ChangeView, 'evidence' | 'links'>

export function shownChange({ evidence: _, links: __, ...shown }: ChangeView): ShownChange {
  return shown
}

interface Props {
  readonly items: readonly ShownChange[]
  readonly caption: string
  /** Of one dataset the page says which. */
  readonly isOfOne?: boolean
}

/** What changed, newest first: from what to what, for how long, and what ended it. */
export function ChangeTable({ items, caption, isOfOne = false }: Props) {
  return (
    <div class="card table-card">
      <table class="cards">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Since</th>
            {!isOfOne && <th scope="col">What</th>}
            <th scope="col">Became</th>
            <th scope="col">Why</th>
            <th scope="col">Lasted</th>
            <th scope="col">Ended</th>
          </tr>
        </thead>
        <tbody>
          {items.map((change) => (
            <tr key={change.id}>
              <td data-label="Since">
                <Moment at={change.at} as="minute" quiet />
              </td>
              {!isOfOne && (
                <th scope="row" data-label="What">
                  <Subject change={change} />
                </th>
              )}
              <td data-label="Became">
                <State change={change} />
              </td>
              <td data-label="Why">{change.message}</td>
              <td data-label="Lasted">{durationText(change.durationSeconds)}</td>
              <td data-label="Ended">
                <Ended change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Subject({ change: { datasetId, host, pool, watched } }: { readonly change: ShownChange }) {
  if (datasetId !== null)
    return watched ? (
      <a class="name-of" href={datasetPage(datasetId)}>
        {datasetId}
      </a>
    ) : (
      <span class="name-of">{datasetId}</span>
    )
  if (host === null) return <span>the witness</span>
  return <span class="mono name-of">{pool === null ? host : `${host}:${pool}`}</span>
}

/** What is no health of a dataset is drawn as the health that it comes closest to. */
const LIKE: Readonly<Record<string, StatusWord>> = {
  REACHABLE: 'HEALTHY',
  ONLINE: 'HEALTHY',
  UNREACHABLE: 'UNKNOWN',
  NOT_LOOKING: 'UNKNOWN',
  DEGRADED: 'WARNING',
}
const WORDS: Readonly<Record<string, string>> = {
  REACHABLE: 'Answers',
  UNREACHABLE: 'No answer',
  NOT_LOOKING: 'Nobody looked',
}

function State({ change: { from, to } }: { readonly change: ShownChange }) {
  return (
    <>
      {to.status in STATUS_WORDS ? (
        <StatusMark status={to.status as StatusWord} />
      ) : (
        <span class={`status status-${(LIKE[to.status] ?? 'BROKEN').toLowerCase()}`}>
          <StatusShape status={LIKE[to.status] ?? 'BROKEN'} />
          {WORDS[to.status] ?? to.status}
        </span>
      )}
      <small class="muted block">
        {to.reason !== null && <span class="mono">{to.reason} </span>}
        {from !== null && `was ${wordOf(from.status)}`}
      </small>
    </>
  )
}

function wordOf(status: string): string {
  return (status in STATUS_WORDS ? STATUS_WORDS[status as StatusWord] : (WORDS[status] ?? status)).toLowerCase()
}

function Ended({ change: { ended, watched, subject } }: { readonly change: ShownChange }) {
  if (ended === null) return <span class="muted">{watched ? 'still so' : 'watched no longer'}</span>
  const { at, runId, actor, by, words } = ended
  return (
    <>
      <Moment at={at} as="minute" quiet />
      {subject !== 'WITNESS' && (
        <small class="muted block">
          {by === 'RUN' && runId !== null ? (
            <>
              by <a href={`/runs/${runId}`}>repair #{runId}</a>,{' '}
              {actor === null || actor === 'schedule' ? 'which started by itself' : `started by ${actor}`}
            </>
          ) : by === 'PERSON' ? (
            `by ${words}`
          ) : (
            words
          )}
        </small>
      )}
    </>
  )
}

/** Times in which nobody looked at a dataset: what happened then is not known. */
export function LookGaps({ gaps }: Pick<DatasetHistoryView, 'gaps'>) {
  if (gaps.length === 0) return null
  return (
    <ul class="stack-xs" aria-label="Times without a look">
      {gaps.map(({ from, to }) => (
        <li key={from} class="muted">
          Nobody looked from <Moment at={from} as="minute" quiet />{' '}
          {to === null ? (
            'until now'
          ) : (
            <>
              to <Moment at={to} as="minute" quiet />
            </>
          )}
          : what happened then is not known.
        </li>
      ))}
    </ul>
  )
}
