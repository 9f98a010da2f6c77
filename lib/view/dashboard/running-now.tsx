import type { RunView } from '#lib/api/run.ts'
import { Moment } from '../moment.tsx'
import { RunProgressBar } from '../run-progress.tsx'
import { StatusShape } from '../status-mark.tsx'

/** What is under way or waits for its turn. */
export type ActiveRun = Pick<RunView, 'id' | 'kind' | 'state' | 'datasetId' | 'startedAt' | 'queuedAt' | 'progress'>

/** Only what is shown: it travels in the page. */
export function activeRunOf(run: ActiveRun): ActiveRun {
  const { id, kind, state, datasetId, startedAt, queuedAt, progress } = run
  return { id, kind, state, datasetId, startedAt, queuedAt, progress }
}

const KINDS: Readonly<Record<ActiveRun['kind'], string>> = {
  SCAN: 'Check of all',
  CHECK: 'Check',
  REPAIR: 'Repair',
  RELOAD: 'Reload',
}

interface Props {
  readonly runs: readonly ActiveRun[]
  readonly nameOf: (datasetId: string) => string
}

export function RunningNow({ runs, nameOf }: Props) {
  if (runs.length === 0) return null
  return (
    <section aria-labelledby="running">
      <h2 id="running">Running now</h2>
      <ul class="running card">
        {runs.map((run) => (
          <li key={run.id}>
            <span class="status status-repairing">
              <StatusShape status="REPAIRING" />
              {run.state === 'QUEUED' ? 'Queued' : KINDS[run.kind]}
            </span>
            <span>
              <a class="name" href={`/runs/${run.id}`}>
                {run.datasetId === null ? `Run ${run.id}` : nameOf(run.datasetId)}
              </a>{' '}
              <span class="muted">{stepWords(run)}</span>
            </span>
            {run.progress && run.progress.phase === 'TRANSFERRING' ? (
              <RunProgressBar
                progress={{
                  ...run.progress,
                  runId: run.id,
                  datasetId: run.datasetId,
                  rate: run.progress.bytesPerSecond,
                }}
                label={`Repair of ${run.datasetId === null ? run.id : nameOf(run.datasetId)}`}
              />
            ) : (
              <small class="muted">
                {run.state === 'QUEUED' ? 'asked for ' : 'since '}
                <Moment at={run.startedAt ?? run.queuedAt} quiet />
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function stepWords({ progress, kind }: ActiveRun): string {
  if (progress === null || kind !== 'REPAIR') return ''
  const { phase, stepIndex, stepCount } = progress
  if (phase === 'READING' || phase === 'PLANNING') return 'reading both sides'
  if (phase === 'VERIFYING') return 'reading both sides again'
  return stepCount > 0 ? `step ${Math.max(1, Math.min(stepIndex, stepCount))} of ${stepCount}` : ''
}
