import type { Rule } from './context.ts'
import { primaryClock } from './delay.ts'
import { fact } from './listed.ts'

/** Seconds that a clock may be off before it is said. */
const TOLERANCE = 60

/** A host's clock that is off, or a snapshot from the future: ages may lie, so both times are shown. */
export const clocksRule: Rule = ({ input, comparison, tell }) => {
  const { inventory, mapping, now } = input
  const sides = [
    { host: mapping.primary.host, skewSeconds: inventory.primarySkewSeconds },
    { host: mapping.backup.host, skewSeconds: inventory.backupSkewSeconds },
  ]
  const skewed = sides.flatMap(({ host, skewSeconds }) =>
    skewSeconds === null || Math.abs(skewSeconds) <= TOLERANCE
      ? []
      : [tell('CLOCK_SKEW', { host, hostTime: now + skewSeconds * 1000, witnessTime: now, skewSeconds, future: null })],
  )
  if (skewed.length > 0) return skewed
  const newest = comparison?.newestPrimary ?? null
  const ahead = newest === null ? 0 : newest.creation - primaryClock(input)
  if (newest === null || ahead <= TOLERANCE) return []
  const hostTime = Math.round(primaryClock(input) * 1000)
  const skewSeconds = inventory.primarySkewSeconds ?? 0
  return [
    tell('CLOCK_SKEW', { host: mapping.primary.host, hostTime, witnessTime: now, skewSeconds, future: fact(newest) }),
  ]
}
