import type { RunView } from '#lib/api/run.ts'
import { counted, durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { changedWords, KIND_WORDS, RunState, triggerWords } from '../run-words.tsx'

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
  return Array.isArray(scope.ids) ? `${counted(scope.ids.length, 'dataset')}` : 'all datasets'
}

export type RunLine = Pick<
  RunView,
  | 'id'
  | 'kind'
  | 'state'
  | 'trigger'
  | 'datasetId'
  | 'queuedAt'
  | 'startedAt'
  | 'finishedAt'
  | 'durationSeconds'
  | 'bytes'
  | 'outcome'
  | 'reason'
  | 'scope'
>

/** Only what is shown: it travels in the page. */
export function runLineOf(run: RunLine): RunLine {
  const { id, kind, state, trigger, datasetId, queuedAt, startedAt, finishedAt, durationSeconds, bytes, outcome } = run
  const { reason, scope } = run
  return {
    id,
    kind,
    state,
    trigger,
    datasetId,
    queuedAt,
    startedAt,
    finishedAt,
    durationSeconds,
    bytes,
    outcome,
    reason,
    scope,
  }
}

type FoldedRun =
  | { readonly kind: 'run'; readonly run: RunLine }
  /** Checks of the schedule, one after the other, that found nothing to do. Newest first. */
  | { readonly kind: 'clean'; readonly runs: readonly [RunLine, RunLine, ...RunLine[]] }

/** Runs in their order, with what is the same over and over again as one. */
export function foldRuns(runs: readonly RunLine[]): readonly FoldedRun[] {
  const folded: FoldedRun[] = []
  let clean: RunLine[] = []
  const flush = (): void => {
    const [first, second, ...others] = clean
    if (first !== undefined && second !== undefined) folded.push({ kind: 'clean', runs: [first, second, ...others] })
    else if (first !== undefined) folded.push({ kind: 'run', run: first })
    clean = []
  }
  for (const run of runs) {
    if (isClean(run)) {
      clean.push(run)
      continue
    }
    flush()
    folded.push({ kind: 'run', run })
  }
  flush()
  return folded
}

function isClean({ kind, state, trigger, bytes }: RunLine): boolean {
  const looked = kind === 'SCAN' || kind === 'CHECK'
  return looked && trigger.type === 'SCHEDULE' && (state === 'SUCCEEDED' || state === 'NO_CHANGE') && bytes === 0
}
