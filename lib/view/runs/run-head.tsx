import type { ComponentChildren } from 'preact'
import type { RunDetailView } from '#lib/api/run-detail.ts'
import { durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { changedWords, KIND_WORDS, RunState, triggerWords } from '../run-words.tsx'
import { useNow } from '../shown-time.ts'

export function RunHead({ run, children }: { readonly run: RunDetailView; readonly children?: ComponentChildren }) {
  const now = useNow()
  const { kind, id, state, datasetId, outcome, startedAt, finishedAt, reason } = run
  return (
    <header class="stack-s">
      <nav class="crumbs" aria-label="Where you are">
        <ol>
          <li>
            <a href="/runs">Runs</a>
          </li>
          <li aria-current="page">#{id}</li>
        </ol>
      </nav>
      <div class="headline">
        <div class="stack-s">
          <h1>
            <span>
              {KIND_WORDS[kind]} #{id}
              {datasetId !== null && (
                <>
                  {' '}
                  of <a href={datasetPage(datasetId)}>{datasetId}</a>
                </>
              )}
            </span>
          </h1>
          <p class="row">
            <RunState state={state} badge />
            {outcome !== null && <span>{outcome}</span>}
          </p>
          <p class="muted">
            {startedAt === null ? (
              <>asked for {<Moment at={run.queuedAt} />}</>
            ) : (
              <>started {<Moment at={startedAt} />}</>
            )}
            {finishedAt !== null && <>, ended {<Moment at={finishedAt} />}</>}
            {startedAt !== null && ` · ${durationText(durationNow(run, now))}`} · {changedWords(run)} ·{' '}
            {triggerWords(run.trigger)}
            {reason !== null && ` · reason: ${reason}`}
          </p>
        </div>
        <div class="row actions">{children}</div>
      </div>
    </header>
  )
}

/** Seconds; of what still runs, until now. */
function durationNow({ startedAt, finishedAt, durationSeconds }: RunDetailView, now: number): number {
  if (startedAt === null || finishedAt !== null) return durationSeconds ?? 0
  return Math.max(durationSeconds ?? 0, (now - Date.parse(startedAt)) / 1000)
}
