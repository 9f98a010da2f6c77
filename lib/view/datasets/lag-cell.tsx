import { durationText } from '#lib/text/words.ts'
import type { DatasetRow } from '../dataset-row.ts'

const WIDTH = 72

/** The age of the newest common snapshot, over a bar: the delay against its limits. */
export function LagCell({ row }: { readonly row: DatasetRow }) {
  const { lagSeconds, delaySeconds, warnDelaySeconds, maxDelaySeconds } = row
  const share = delaySeconds === null || maxDelaySeconds <= 0 ? null : Math.min(1, delaySeconds / maxDelaySeconds)
  const warnAt = maxDelaySeconds <= 0 ? 0 : Math.min(1, warnDelaySeconds / maxDelaySeconds)
  return (
    <span class="lag" title={delayWords(row)}>
      {lagSeconds === null ? <span class="subtle">not known</span> : durationText(lagSeconds)}
      {share !== null && (
        <svg
          class={`lag-bar ${levelOf(share, warnAt)}`}
          viewBox={`0 0 ${WIDTH} 4`}
          width={WIDTH}
          height="4"
          aria-hidden="true"
        >
          <rect class="lag-all" y="0.5" width={WIDTH} height="3" />
          <rect class="lag-now" y="0.5" width={share * WIDTH} height="3" />
          <path class="lag-warn" d={`M${warnAt * WIDTH} 0v4`} />
        </svg>
      )}
    </span>
  )
}

function levelOf(share: number, warnAt: number): string {
  return share >= 1 ? 'lag-broken' : share > warnAt ? 'lag-warning' : 'lag-healthy'
}

/** `Delay 2 h; warning from 36 h, limit 72 h` */
export function delayWords({ delaySeconds, warnDelaySeconds, maxDelaySeconds }: DatasetRow): string {
  const delay =
    delaySeconds === null ? 'Delay not known' : delaySeconds === 0 ? 'No delay' : `Delay ${durationText(delaySeconds)}`
  return `${delay}; warning from ${durationText(warnDelaySeconds)}, limit ${durationText(maxDelaySeconds)}`
}
