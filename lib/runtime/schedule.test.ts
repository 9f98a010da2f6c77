import { afterEach, beforeEach, expect, jest, setSystemTime, test } from 'bun:test'
import type { Schedule } from './define.ts'
import { createScheduler } from './schedule.ts'
import { LoadError, type LoadedFunction } from './tree.ts'

beforeEach(() => {
  jest.useFakeTimers()
  setSystemTime(new Date('2026-03-01T00:00:00Z'))
})
afterEach(() => {
  jest.useRealTimers()
  setSystemTime()
})

/** Croner arms its timers anew in microtasks, some 1 ms late. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    jest.advanceTimersByTime(1010)
    for (let flush = 0; flush < 10; flush++) await Promise.resolve()
  }
}

function setUp(cron: Schedule | null, tick: () => Promise<unknown> = async () => undefined) {
  const services: { cron: Schedule | null; timezone?: string } = { cron }
  const ticks: Date[] = []
  const errors: unknown[] = []
  const work: LoadedFunction = {
    name: 'work',
    file: 'functions/work.ts',
    definition: {
      summary: 'Works.',
      schedule: () => services.cron,
      timezone: () => services.timezone,
      run: () => null,
    },
  }
  const scheduler = createScheduler({
    functions: [work],
    services,
    tick: () => {
      ticks.push(new Date())
      return tick()
    },
    onError: (error) => errors.push(error),
  })
  return { services, ticks, errors, scheduler }
}

test('ticks as the services say, and shows next and previous', async () => {
  const { scheduler, ticks } = setUp('*/2 * * * * *')
  expect(scheduler.get('work')).toEqual({ pattern: '*/2 * * * * *', timezone: null, next: null, previous: null })
  scheduler.start()
  expect(scheduler.get('work')?.next).toEqual(new Date('2026-03-01T00:00:02Z'))
  await pass(5)
  expect(ticks).toHaveLength(2)
  expect(scheduler.get('work')?.previous?.getUTCSeconds()).toBe(4)
  scheduler.stop()
  await pass(5)
  expect(ticks).toHaveLength(2)
})

test('a failing tick is reported, and the next one comes', async () => {
  const { scheduler, errors } = setUp('* * * * * *', () => Promise.reject(new Error('no')))
  scheduler.start()
  await pass(3)
  expect(errors.length).toBeGreaterThan(1)
  scheduler.stop()
})

test('a machine that slept for an hour makes up for one tick at most', async () => {
  const { scheduler, ticks } = setUp('*/10 * * * * *')
  scheduler.start()
  await pass(11)
  expect(ticks).toHaveLength(1)
  setSystemTime(new Date('2026-03-01T01:00:05Z'))
  await pass(1)
  const woken = ticks.length
  await pass(3)
  expect(woken).toBeLessThanOrEqual(2)
  expect(ticks.length).toBeLessThanOrEqual(2)
  scheduler.stop()
})

test.each([
  ['a pattern', '*/10 * * * * *', 10],
  ['an even distance', { everySeconds: 45 }, 45],
])('a clock that is set back by hours stops no schedule and doubles no tick: %s', async (_, cron, everySeconds) => {
  const { scheduler, ticks } = setUp(cron)
  scheduler.start()
  await pass(100)
  const before = ticks.length
  setSystemTime(new Date('2026-02-28T20:00:00Z'))
  await pass(200)
  const later = ticks.length - before
  expect(later).toBeGreaterThanOrEqual(Math.floor(200 / everySeconds) - 1)
  expect(later).toBeLessThanOrEqual(Math.ceil(200 / everySeconds) + 1)
  scheduler.stop()
})

test('a changed config is followed; an unchanged one keeps its rhythm; a bad one changes nothing', async () => {
  const { scheduler, services, ticks } = setUp('*/10 * * * * *')
  scheduler.start()
  const next = scheduler.get('work')?.next
  await pass(1)
  scheduler.reschedule()
  expect(scheduler.get('work')?.next).toEqual(next as Date)

  services.cron = 'often'
  expect(() => scheduler.reschedule()).toThrow(LoadError)
  await pass(10)
  expect(ticks).toHaveLength(1)

  services.cron = '0 3 * * *'
  services.timezone = 'Europe/Vienna'
  scheduler.reschedule()
  expect(scheduler.get('work')).toMatchObject({ timezone: 'Europe/Vienna', next: new Date('2026-03-01T02:00:00Z') })

  services.cron = null
  scheduler.reschedule()
  expect(scheduler.get('work')).toBeNull()
  scheduler.stop()
})

test('paused ticks pass without effect and are not made up for', async () => {
  const { scheduler, ticks } = setUp('* * * * * *')
  scheduler.start()
  scheduler.pause()
  await pass(5)
  expect(ticks).toHaveLength(0)
  scheduler.resume()
  await pass(2)
  expect(ticks.length).toBeGreaterThan(0)
  expect(ticks.length).toBeLessThanOrEqual(2)
  scheduler.stop()
})

test('an even distance that no pattern can express keeps its distance', async () => {
  const { scheduler, ticks } = setUp({ everySeconds: 7 })
  scheduler.start()
  expect(scheduler.get('work')?.pattern).toBe('every 7 s')
  await pass(30)
  const distances = ticks
    .slice(1)
    .map((tick, index) => Math.round((tick.getTime() - (ticks[index]?.getTime() ?? 0)) / 1000))
  expect(distances.length).toBeGreaterThanOrEqual(2)
  expect(new Set(distances)).toEqual(new Set([7]))
  scheduler.stop()
})
