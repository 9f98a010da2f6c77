import type { LagView } from '#lib/api/lag.ts'

/** The worst of a day; null: no one looked. */
export type Day = Pick<LagView, 'at' | 'delaySeconds' | 'health'>

const STRIP_DAYS = 30
const STEP = 4
const HEIGHT = 20
const DAY_MS = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface Props {
  readonly days: readonly Day[]
  /** Of the dataset, seconds. */
  readonly maxDelaySeconds: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** Thirty days in thirty bars: the height is the delay; a broken day is a full bar with a gap near its top, a day without a look a dot. */
export function Strip({ days, maxDelaySeconds, now }: Props) {
  const cells = cellsOf(days, now)
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${STRIP_DAYS * STEP} ${HEIGHT}`}
      width={STRIP_DAYS * STEP}
      height={HEIGHT}
      role="img"
      aria-label={stripWords(cells)}
    >
      <title>{stripWords(cells)}</title>
      {(['HEALTHY', 'WARNING', 'BROKEN', 'UNKNOWN'] as const).map((health) => (
        <path key={health} class={`strip-${health.toLowerCase()}`} d={pathOf(cells, health, maxDelaySeconds)} />
      ))}
    </svg>
  )
}

type Cell = Day | null

/** Oldest first, today last. */
export function cellsOf(days: readonly Day[], now: number): readonly Cell[] {
  const byDay = new Map(days.map((day) => [Math.floor(Date.parse(day.at) / DAY_MS), day]))
  const today = Math.floor(now / DAY_MS)
  return Array.from({ length: STRIP_DAYS }, (_, index) => byDay.get(today - STRIP_DAYS + 1 + index) ?? null)
}

function pathOf(cells: readonly Cell[], health: Day['health'], max: number): string {
  return cells
    .map((cell, index) => {
      const x = index * STEP
      const seen = cell?.health ?? 'UNKNOWN'
      if (seen !== health) return ''
      if (seen === 'UNKNOWN') return `M${x} ${HEIGHT - 2}h2v2h-2z`
      if (seen === 'BROKEN') return `M${x} 0h3v4h-3zM${x} 6h3v${HEIGHT - 6}h-3z`
      const share = max > 0 ? Math.min(1, (cell?.delaySeconds ?? 0) / max) : 0
      const height = Math.max(3, Math.round(share * (HEIGHT - 4)))
      return `M${x} ${HEIGHT - height}h3v${height}h-3z`
    })
    .join('')
}

/** `Within policy 27 of 30 days; broken 2 Nov – 4 Nov` */
export function stripWords(cells: readonly Cell[]): string {
  const fine = cells.filter((cell) => cell !== null && cell.health !== 'BROKEN' && cell.health !== 'UNKNOWN').length
  const unseen = cells.filter((cell) => cell === null || cell.health === 'UNKNOWN').length
  const broken = cells.flatMap((cell) => (cell?.health === 'BROKEN' ? [cell] : []))
  const [first] = broken
  const last = broken.at(-1)
  const parts = [`Within policy ${fine} of ${cells.length} days`]
  if (first && last) parts.push(`broken ${dayOf(first)}${first === last ? '' : ` – ${dayOf(last)}`}`)
  if (unseen > 0) parts.push(`${unseen} days not seen`)
  return parts.join('; ')
}

function dayOf({ at }: Day): string {
  const date = new Date(at)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}
