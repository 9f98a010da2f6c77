import type { RunView } from '#lib/api/run.ts'
import { Moment } from '../moment.tsx'
import { KIND_WORDS, RunState } from '../run-words.tsx'

export type RecentRun = Pick<RunView, 'id' | 'kind' | 'state' | 'queuedAt' | 'outcome'>

export function RecentRuns({ runs, datasetId }: { readonly runs: readonly RecentRun[]; readonly datasetId: string }) {
  return (
    <section class="card" aria-labelledby="recent">
      <h3 id="recent">Recent runs</h3>
      {runs.length === 0 ? (
        <p class="muted">None of this dataset alone. Scheduled checks look at all datasets together.</p>
      ) : (
        <ul class="stack-s">
          {runs.map((run) => (
            <li key={run.id} class="row">
              <a class="id-link" href={`/runs/${run.id}`}>
                #{run.id}
              </a>{' '}
              {KIND_WORDS[run.kind]} <RunState state={run.state} />
              <span class="muted">
                <Moment at={run.queuedAt} quiet />
              </span>
              {run.outcome !== null && <small class="muted">{run.outcome}</small>}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href={`/runs?dataset=${encodeURIComponent(datasetId)}`}>All runs</a>
      </p>
    </section>
  )
}
