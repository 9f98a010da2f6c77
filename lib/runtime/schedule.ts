import { Cron } from 'croner'
import type { Schedule } from './define.ts'
import { type Fault, LoadError, type LoadedFunction } from './tree.ts'

export interface ScheduledFunction {
  readonly pattern: string
  readonly timezone: string | null
  /** Null while stopped, or when the pattern never comes again. */
  readonly next: Date | null
  /** Last tick in this process. */
  readonly previous: Date | null
}

interface SchedulerOptions {
  readonly functions: readonly LoadedFunction[]
  readonly services: object
  /** One tick. Overlap is the invoker's business: it answers SKIPPED. */
  readonly tick: (functionName: string) => Promise<unknown>
  readonly onError: (error: unknown, functionName: string) => void
}

export interface Scheduler {
  start(): void
  /** Reads all schedules anew; unchanged ones keep their rhythm. @throws LoadError, and then nothing has changed. */
  reschedule(): void
  /** While paused ticks pass without effect; they are not made up for. */
  pause(): void
  resume(): void
  readonly paused: boolean
  readonly running: boolean
  get(functionName: string): ScheduledFunction | null
  /** No further ticks; what runs goes on. */
  stop(): void
}

interface Job {
  readonly spec: ScheduleSpec
  readonly cron: Cron
}

/** How often the clock is looked at, ms; croner itself looks no less often. */
const CLOCK_MS = 30_000

/**
 * Croner fires a tick that came due during a suspend once when the machine wakes and counts on from then: at most one
 * catch-up, never a burst.
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const jobs = new Map<string, Job>()
  let running = false
  let paused = false
  let clock: ReturnType<typeof setInterval> | undefined

  /** After the clock was set back an even distance would be counted from a tick that is now to come: it would stand still. */
  function watchClock(): void {
    let seen = Date.now()
    clock = setInterval(() => {
      const now = Date.now()
      if (now < seen)
        for (const [name, { spec }] of [...jobs]) {
          remove(name)
          jobs.set(name, schedule(name, spec))
        }
      seen = now
    }, CLOCK_MS)
  }

  function schedule(name: string, spec: ScheduleSpec): Job {
    const cron = new Cron(
      spec.pattern,
      {
        ...cronOptions(spec),
        // Without it a rejection would be unhandled and end the process.
        catch: (error) => options.onError(error, name),
      },
      async () => {
        if (!paused) await options.tick(name)
      },
    )
    return { spec, cron }
  }

  function remove(name: string): void {
    jobs.get(name)?.cron.stop()
    jobs.delete(name)
  }

  function reschedule(): void {
    const wanted = specsOf(options)
    if (!running) return
    for (const { name } of options.functions) {
      const spec = wanted.get(name)
      const current = jobs.get(name)?.spec
      if (spec && current && JSON.stringify(current) === JSON.stringify(spec)) continue
      remove(name)
      if (spec) jobs.set(name, schedule(name, spec))
    }
  }

  return {
    start: () => {
      running = true
      reschedule()
      clearInterval(clock)
      watchClock()
    },
    reschedule,
    pause: () => {
      paused = true
    },
    resume: () => {
      paused = false
    },
    get paused() {
      return paused
    },
    get running() {
      return running
    },
    get: (name) => {
      const job = jobs.get(name)
      if (job) {
        const { spec, cron } = job
        return {
          pattern: shownPattern(spec),
          timezone: spec.timezone ?? null,
          next: cron.nextRun(),
          previous: cron.previousRun(),
        }
      }
      const found = options.functions.find((known) => known.name === name)
      const spec = found ? scheduleOf(found.definition, options.services) : null
      return spec ? { pattern: shownPattern(spec), timezone: spec.timezone ?? null, next: null, previous: null } : null
    },
    stop: () => {
      running = false
      clearInterval(clock)
      for (const name of [...jobs.keys()]) remove(name)
    },
  }
}

/** An even distance is shown as one; its pattern would say nothing. */
function shownPattern({ pattern, everySeconds }: ScheduleSpec): string {
  return everySeconds === undefined ? pattern : `every ${everySeconds} s`
}

/** All schedules with the services as they are now; all faults at once. */
function specsOf({ functions, services }: SchedulerOptions): ReadonlyMap<string, ScheduleSpec> {
  const specs = new Map<string, ScheduleSpec>()
  const faults: Fault[] = []
  for (const { name, file, definition } of functions) {
    const spec = scheduleOf(definition, services)
    if (!spec) continue
    const message = scheduleFault(spec)
    if (message) faults.push({ file, message })
    specs.set(name, spec)
  }
  if (faults.length > 0) throw new LoadError(faults)
  return specs
}

/** A schedule as croner takes it. */
interface ScheduleSpec {
  readonly pattern: string
  readonly timezone: string | undefined
  /** Least distance of two ticks, seconds; set for an even distance, whose pattern matches every second. */
  readonly everySeconds?: number
}

/** What croner is given beside the pattern. */
function cronOptions({ timezone, everySeconds }: ScheduleSpec): { timezone?: string; interval?: number } {
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
