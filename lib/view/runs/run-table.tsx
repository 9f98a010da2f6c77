import { durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { changedWords, KIND_WORDS, RunState, triggerWords } from '../run-words.tsx'
import { type FoldedRun, foldRuns, type RunLine } from './fold.ts'

const COLUMNS = 8

export function RunTable({ runs }: { readonly runs: readonly RunLine[] }) {
  return (
    <div class="card table-card">
      <table class="cards runs">
        <caption class="visually-hidden">Runs, newest first</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Kind</th>
            <th scope="col">Target</th>
            <th scope="col">Result</th>
            <th scope="col">Started</th>
            <th scope="col">Duration</th>
            <th scope="col">Changed</th>
            <th scope="col">Trigger</th>
          </tr>
        </thead>
        <tbody>
          {foldRuns(runs).map((folded) =>
            folded.kind === 'run' ? (
              <Line key={folded.run.id} run={folded.run} />
            ) : (
              <Clean key={folded.runs[0].id} runs={folded.runs} />
            ),
          )}
        </tbody>
      </table>
    </div>
  )
}

function Line({ run }: { readonly run: RunLine }) {
  return (
    <tr>
      <th scope="row" data-label="Run">
        <a class="row-link" href={`/runs/${run.id}`}>
          {run.id}
        </a>
      </th>
      <td data-label="Kind">{KIND_WORDS[run.kind]}</td>
      <td data-label="Target">{targetOf(run)}</td>
      <td data-label="Result">
        <span class="stack-xs">
          <RunState state={run.state} />
          {run.outcome !== null && <small class="muted">{run.outcome}</small>}
        </span>
      </td>
      <td data-label="Started">
        <Moment at={run.startedAt ?? run.queuedAt} quiet />
      </td>
      <td data-label="Duration">{run.durationSeconds === null ? '–' : durationText(run.durationSeconds)}</td>
      <td data-label="Changed">{changedWords(run)}</td>
      <td data-label="Trigger">{triggerWords(run.trigger)}</td>
    </tr>
  )
}

function Clean({ runs }: { readonly runs: Extract<FoldedRun, { kind: 'clean' }>['runs'] }) {
  const [newest] = runs
  const oldest = runs.at(-1) ?? newest
  return (
    <tr class="clean">
      <td colSpan={COLUMNS}>
        <details>
          <summary>
            {runs.length} checks, all clean, <Moment at={oldest.queuedAt} as="minute" quiet /> –{' '}
            <Moment at={newest.queuedAt} as="minute" quiet />
          </summary>
          <p class="row">
            {runs.map((run) => (
              <a key={run.id} href={`/runs/${run.id}`}>
                #{run.id}
              </a>
            ))}
          </p>
        </details>
      </td>
    </tr>
  )
}

function targetOf({ datasetId, scope }: RunLine) {
  if (datasetId !== null) {
    return (
      <a class="name" href={datasetPage(datasetId)}>
        {datasetId}
      </a>
    )
  }
  if (typeof scope.pair === 'string') return scope.pair
  return Array.isArray(scope.ids)
    ? `${scope.ids.length} ${scope.ids.length === 1 ? 'dataset' : 'datasets'}`
    : 'all datasets'
}
