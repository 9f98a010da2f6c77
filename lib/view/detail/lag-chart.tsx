import type { LagView } from '#lib/api/lag.ts'
import { durationText } from '#lib/text/words.ts'
import { showTime } from '#lib/text/zoned-time.ts'
import { useNow, useZone } from '../shown-time.ts'

interface Props {
  readonly points: readonly LagView[]
  readonly warnDelaySeconds: number
  readonly maxDelaySeconds: number
}

const WIDTH = 620
const HEIGHT = 150
const LEFT = 52
const BOTTOM = 20
const TOP = 10
const DAYS = 30
const DAY_MS = 86_400_000

/** The worst delay of each day of the last thirty, with both limits; a day without a look is a gap. */
export function LagChart({ points, warnDelaySeconds, maxDelaySeconds }: Props) {
  const now = useNow()
  const zone = useZone()
  const top = Math.max(maxDelaySeconds * 1.25, ...points.map((point) => point.delaySeconds ?? 0))
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const x = (at: number): number =>
    LEFT + ((at - (today - (DAYS - 1) * DAY_MS)) / ((DAYS - 1) * DAY_MS)) * (WIDTH - LEFT - 10)
  const y = (seconds: number): number => TOP + (1 - Math.min(1, seconds / top)) * (HEIGHT - TOP - BOTTOM)
  const known = points.filter(
    (point) => point.delaySeconds !== null && Date.parse(point.at) >= today - (DAYS - 1) * DAY_MS,
  )
  const date = (at: number): string => showTime(at, 'minute', { zone, now }).replace(/ \d\d:\d\d$/, '')
  return (
    <figure class="lag-chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={chartWords(points, maxDelaySeconds)}
      >
        <title>{chartWords(points, maxDelaySeconds)}</title>
        <path class="axis" d={`M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - 10}`} />
        <Limit y={y(maxDelaySeconds)} word={durationText(maxDelaySeconds)} kind="broken" />
        <Limit y={y(warnDelaySeconds)} word={durationText(warnDelaySeconds)} kind="warning" />
        <text x={LEFT - 6} y={HEIGHT - BOTTOM + 4} text-anchor="end">
          0
        </text>
        <path class="line" d={lineOf(known, x, y)} />
        {known.map((point) => (
          <circle
            key={point.at}
            class={`point-${point.health.toLowerCase()}`}
            cx={x(Date.parse(point.at))}
            cy={y(point.delaySeconds ?? 0)}
            r={point.health === 'BROKEN' ? 4 : 2.5}
          >
            <title>{`${date(Date.parse(point.at))}: ${durationText(point.delaySeconds ?? 0)}`}</title>
          </circle>
        ))}
        <text x={LEFT} y={HEIGHT - 4}>
          {date(today - (DAYS - 1) * DAY_MS)}
        </text>
        <text x={WIDTH - 10} y={HEIGHT - 4} text-anchor="end">
          today
        </text>
      </svg>
      <details>
        <summary>As a table ({points.length} days)</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Worst delay</th>
              <th scope="col">Worst lag</th>
              <th scope="col">Worst state</th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map((point) => (
              <tr key={point.at}>
                <th scope="row">{date(Date.parse(point.at))}</th>
                <td>{point.delaySeconds === null ? 'not known' : durationText(point.delaySeconds)}</td>
                <td>{point.lagSeconds === null ? 'not known' : durationText(point.lagSeconds)}</td>
                <td>{point.health.toLowerCase()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

function Limit({ y, word, kind }: { readonly y: number; readonly word: string; readonly kind: 'broken' | 'warning' }) {
  return (
    <g class={`limit limit-${kind}`}>
      <path d={`M${LEFT} ${y}H${WIDTH - 10}`} />
      <text x={LEFT - 6} y={y + 4} text-anchor="end">
        {word}
      </text>
    </g>
  )
}

/** Neighbouring days are joined, others are not: between them no one looked. */
function lineOf(points: readonly LagView[], x: (at: number) => number, y: (seconds: number) => number): string {
  let before = 0
  return points
    .map((point) => {
      const at = Date.parse(point.at)
      const joined = at - before <= DAY_MS * 1.5
      before = at
      return `${joined ? 'L' : 'M'}${x(at).toFixed(1)} ${y(point.delaySeconds ?? 0).toFixed(1)}`
    })
    .join('')
}

function chartWords(points: readonly LagView[], max: number): string {
  if (points.length === 0) return 'No day has been looked at yet.'
  const worst = Math.max(0, ...points.map((point) => point.delaySeconds ?? 0))
  const over = points.filter((point) => (point.delaySeconds ?? 0) > max).length
  return `Delay over ${points.length} days: at most ${durationText(worst)}, over the limit of ${durationText(max)} on ${over} days.`
}
