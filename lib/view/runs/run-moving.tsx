import type { RunDetailView } from '#lib/api/run-detail.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { Moment } from '../moment.tsx'
import { RunProgressBar } from '../run-progress.tsx'
import { useNow } from '../shown-time.ts'

const PHASES: Readonly<Record<NonNullable<RunDetailView['progress']>['phase'], string>> = {
  READING: 'Reading both sides',
  PLANNING: 'Making the plan',
  PREPARING: 'Making room on the backup',
  WAITING: 'Waiting, for example before another try',
  TRANSFERRING: 'Data is moving',
  VERIFYING: 'Reading both sides again',
  DONE: 'Ended',
}

/** Longer than a busy disk is silent now and then. */
const SILENT_MS = 60_000

/** How far it is: now, on average, and until when. Pinned while it runs. */
export function RunMoving({ run }: { readonly run: RunDetailView }) {
  const now = useNow()
  const { progress, startedAt, state, datasetId, id } = run
  if (state !== 'RUNNING' && state !== 'QUEUED') return null
  if (progress === null) {
    return <p class="note info">{state === 'QUEUED' ? 'It waits for its turn.' : 'It has begun.'}</p>
  }
  const { phase, stepIndex, stepCount, bytesDone, bytesTotal, bytesPerSecond, etaSeconds, lastByteAt } = progress
  const elapsed = startedAt === null ? null : Math.max(1, (now - Date.parse(startedAt)) / 1000)
  const average = elapsed === null || bytesDone === 0 ? null : bytesDone / elapsed
  const silentMs = phase === 'TRANSFERRING' && lastByteAt !== null ? now - Date.parse(lastByteAt) : 0
  return (
    <section class="card pinned" aria-label="Progress">
      <p>
        <b>{silentMs > SILENT_MS ? 'Waiting for data' : PHASES[phase]}</b>
        {stepCount > 0 && `, step ${Math.max(1, Math.min(stepIndex, stepCount))} of ${stepCount}`}
      </p>
      {silentMs > SILENT_MS && (
        <p class="note warn">
          <span>
            No data has moved for {durationText(silentMs / 1000)}. After <code>stall_minutes</code> of that the transfer
            is ended, and goes on from what has arrived.
          </span>
        </p>
      )}
      {(phase === 'TRANSFERRING' || bytesDone > 0) && (
        <RunProgressBar
          progress={{ runId: id, datasetId, bytesDone, bytesTotal, rate: bytesPerSecond, etaSeconds }}
          label={`Progress of run ${id}`}
        />
      )}
      <p class="muted">
        {elapsed !== null && `${durationText(elapsed)} so far`}
        {average !== null && ` · ${bytesText(average)}/s on average`}
        {etaSeconds !== null && (
          <>
            {' · ends about '}
            <Moment at={now + etaSeconds * 1000} as="clock" quiet />
          </>
        )}
        {lastByteAt !== null && (
          <>
            {' · last byte '}
            <Moment at={lastByteAt} quiet />
          </>
        )}
      </p>
    </section>
  )
}
