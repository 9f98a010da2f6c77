import { formatBytes, formatDuration } from './format.ts'

/** As the event stream tells it. */
export interface RunProgress {
  readonly runId: string
  readonly datasetId: string | null
  readonly bytesDone: number
  readonly bytesTotal: number | null
  /** Bytes a second. */
  readonly rate: number | null
  readonly etaSeconds: number | null
}

export function RunProgressBar({ progress }: { readonly progress: RunProgress }) {
  const { bytesDone, bytesTotal } = progress
  const total = bytesTotal !== null && bytesTotal > 0 ? Math.max(bytesTotal, bytesDone) : null
  const words = progressWords(progress)
  return (
    <div class="progress">
      {total === null ? <progress aria-label={words} /> : <progress aria-label={words} value={bytesDone} max={total} />}
      <small>{words}</small>
    </div>
  )
}

/** `212 GiB of about 412 GiB · 310 MiB/s · 11 min left` */
export function progressWords({ bytesDone, bytesTotal, rate, etaSeconds }: RunProgress): string {
  const parts = [
    bytesTotal === null ? formatBytes(bytesDone) : `${formatBytes(bytesDone)} of about ${formatBytes(bytesTotal)}`,
    rate === null ? '' : `${formatBytes(rate)}/s`,
    etaSeconds === null ? '' : `${formatDuration(etaSeconds)} left`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
