import type { Config } from '#config/effective.ts'

type Schedule = Config['scheduler']

/** The pattern of the scans, null when they are switched off. An interval that no pattern says gets a finer one. */
export function scanPattern({ enabled, cron, intervalSeconds }: Schedule): string | null {
  if (!enabled) return null
  return cron ?? patternOfStep(tickMinutes(intervalSeconds))
}

/** With the finer pattern most ticks are not for us: has the interval passed since the last scan began? */
export function isScanDue({ cron, intervalSeconds }: Schedule, lastBegan: number | null, now: number): boolean {
  if (cron !== null || lastBegan === null) return true
  // A tick comes a little early or late; half a step is nearer to this tick than to the next.
  const slackMs = (tickMinutes(intervalSeconds) * 60_000) / 2
  return now - lastBegan >= intervalSeconds * 1000 - slackMs
}

/** The longest step that divides both the hour and the interval. */
function tickMinutes(intervalSeconds: number): number {
  return commonDivisor(60, Math.max(1, Math.round(intervalSeconds / 60)))
}

function patternOfStep(minutes: number): string {
  return minutes === 60 ? '0 * * * *' : `*/${minutes} * * * *`
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
