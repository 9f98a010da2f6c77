import { parseDuration } from '../arguments.ts'
import { UsageError } from '../failure.ts'

/** What is right, both ends included: outside of it something is told. */
export interface Range {
  readonly least: number
  readonly most: number
}

/** What a number without a colon means: the most that is right, or the least. */
type Alone = 'most' | 'least'

interface Form {
  readonly unit: 'time' | 'number'
  readonly alone: Alone
}

/**
 * A threshold: `72h`, or as check plugins write ranges `10:` (at least), `:72h` (at most), `10:500`. Null: none was given.
 * @throws UsageError naming the option
 */
export function parseRange(option: string, text: string | null, { unit, alone }: Form): Range | null {
  if (text === null) return null
  const value = (part: string): number => {
    if (unit === 'time') return parseDuration(option, part)
    if (/^\d{1,12}$/.test(part)) return Number(part)
    throw new UsageError(`${option} ${text}: write a number, or a range such as 10: or 10:500.`)
  }
  const parts = text.split(':')
  const [first = '', second] = parts
  if (parts.length > 2 || text === ':')
    throw new UsageError(`${option} ${text}: write one value, or two with a colon between them, such as 10:500.`)
  if (second === undefined) {
    const only = value(first)
    return alone === 'most' ? { least: 0, most: only } : { least: only, most: Number.POSITIVE_INFINITY }
  }
  const least = first === '' || first === '~' ? 0 : value(first)
  const most = second === '' ? Number.POSITIVE_INFINITY : value(second)
  if (least > most) throw new UsageError(`${option} ${text}: the first value is above the second.`)
  return { least, most }
}

export const isOutside = (value: number, range: Range | null): boolean =>
  range !== null && (value < range.least || value > range.most)

/** As it stands in performance data; '' for none. */
export function rangeText(range: Range | null): string {
  if (range === null) return ''
  const most = Number.isFinite(range.most) ? String(range.most) : ''
  return range.least === 0 ? (most === '' ? '0:' : most) : `${range.least}:${most}`
}
