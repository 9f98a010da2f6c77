import type { RunDetailView } from '#lib/api/run-detail.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { Moment, useNow } from '../moment.tsx'

/** As the event stream tells it, with what a run's own document adds. */
interface RunProgress {
  readonly runId: string
  readonly datasetId: string | null
  readonly bytesDone: number
  readonly bytesTotal: number | null
  /** Bytes a second. */
  readonly rate: number | null
  readonly etaSeconds: number | null
}

const TENTH = 10

/** The bar and its words. A screen reader hears a new value every ten percent. */
export function RunProgressBar({ progress, label }: { readonly progress: RunProgress; readonly label?: string }) {
  const { bytesDone, bytesTotal, etaSeconds } = progress
  const total = bytesTotal !== null && bytesTotal > 0 ? Math.max(bytesTotal, bytesDone) : null
  const words = progressWords(progress)
  if (total === null) {
    return (
      <div class="progress">
        <progress aria-label={label ?? 'Transfer'} />
        <small>{words}</small>
      </div>
    )
  }
  const percent = Math.min(99, Math.floor((100 * bytesDone) / total))
  const left = etaSeconds === null ? '' : `, about ${durationText(etaSeconds)} left`
  return (
    <div class="progress">
      <progress
        aria-label={label ?? 'Transfer'}
        aria-valuetext={`${percent - (percent % TENTH)} percent${left}`}
        value={bytesDone}
        max={total}
      />
      <small>
        {percent} % · {words}
      </small>
    </div>
  )
}

/** `212 GiB of about 412 GiB · 310 MiB/s · 11 min left` */
export function progressWords({
  bytesDone,
  bytesTotal,
  rate,
  etaSeconds,
}: Omit<RunProgress, 'runId' | 'datasetId'>): string {
  const parts = [
    bytesTotal === null ? bytesText(bytesDone) : `${bytesText(bytesDone)} of about ${bytesText(bytesTotal)}`,
    rate === null ? '' : `${bytesText(rate)}/s`,
    etaSeconds === null ? '' : `${durationText(etaSeconds)} left`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

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
