import { Cron } from 'croner'

export interface ScheduleSpec {
  readonly pattern: string
  readonly timezone: string | undefined
}

/** A sentence when croner would not run it, else null. */
export function scheduleFault(spec: ScheduleSpec): string | null {
  const text = `schedule "${spec.pattern}"`
  try {
    const job = new Cron(spec.pattern, { paused: true, ...(spec.timezone ? { timezone: spec.timezone } : {}) })
    try {
      // A paused job is built without looking at its time zone; only asking for a date does.
      job.nextRun()
    } finally {
      job.stop()
    }
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return spec.timezone && !patternIsGood(spec.pattern)
      ? `${text}: ${message}`
      : spec.timezone
        ? `time zone "${spec.timezone}" is not known; write an IANA name such as Europe/Vienna`
        : `${text}: ${message}`
  }
}

function patternIsGood(pattern: string): boolean {
  return scheduleFault({ pattern, timezone: undefined }) === null
}

/** What a definition asks for with these services; null means: not scheduled. */
export function scheduleOf(
  definition: {
    readonly schedule?: string | ((services: object) => string | null)
    readonly timezone?: string | ((services: object) => string | undefined)
  },
  services: object,
): ScheduleSpec | null {
  const { schedule, timezone } = definition
  const pattern = typeof schedule === 'function' ? schedule(services) : schedule
  if (pattern === undefined || pattern === null) return null
  return { pattern, timezone: typeof timezone === 'function' ? timezone(services) : timezone }
}
