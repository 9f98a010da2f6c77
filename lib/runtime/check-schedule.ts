import { Cron } from 'croner'

/** A cron pattern, or an even distance that no pattern can express (every 45 minutes). */
export type Schedule = string | { readonly everySeconds: number }

export interface ScheduleSpec {
  readonly pattern: string
  readonly timezone: string | undefined
  /** Least distance of two ticks, seconds; set for an even distance, whose pattern matches every second. */
  readonly everySeconds?: number
}

/** What croner is given beside the pattern. */
export function cronOptions({ timezone, everySeconds }: ScheduleSpec): { timezone?: string; interval?: number } {
  return { ...(timezone ? { timezone } : {}), ...(everySeconds ? { interval: everySeconds } : {}) }
}

/** A sentence when croner would not run it, else null. */
export function scheduleFault(spec: ScheduleSpec): string | null {
  const text = `schedule "${spec.pattern}"`
  if (spec.everySeconds !== undefined && !(Number.isInteger(spec.everySeconds) && spec.everySeconds > 0))
    return `schedule: everySeconds is ${spec.everySeconds}; write a whole number of seconds from 1`
  try {
    const job = new Cron(spec.pattern, { paused: true, ...cronOptions(spec) })
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
    readonly schedule?: Schedule | ((services: object) => Schedule | null)
    readonly timezone?: string | ((services: object) => string | undefined)
  },
  services: object,
): ScheduleSpec | null {
  const { schedule, timezone } = definition
  const wanted = typeof schedule === 'function' ? schedule(services) : schedule
  if (wanted === undefined || wanted === null) return null
  const zone = typeof timezone === 'function' ? timezone(services) : timezone
  if (typeof wanted === 'string') return { pattern: wanted, timezone: zone }
  return { pattern: '* * * * * *', timezone: zone, everySeconds: wanted.everySeconds }
}
