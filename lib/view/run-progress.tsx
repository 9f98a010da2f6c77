import { bytesText, durationText } from '#lib/text/words.ts'

/** As the event stream reports it, with what a run's own document adds. */
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
