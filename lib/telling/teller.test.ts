import { expect, test } from 'bun:test'
import type { Config } from '#config/effective.ts'
import type { BookChange } from '#lib/db/types.ts'
import { Teller } from './teller.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const MINUTE = 60_000

/** A witness that watches nothing and has a channel; what it reads can be made to fail. */
function world() {
  const state = { now: Date.parse('2026-12-01T12:00:00Z'), looking: true, calendar: true }
  const written: BookChange[] = []
  const notifications = { channels: [], warnForSeconds: 0, digest: null, report: null }
  const config = () =>
    ({ notifications, scheduler: { enabled: true, timezone: 'UTC' }, hosts: new Map() }) as unknown as Config
  const teller = new Teller({
    engine: {
      datasets() {
        if (!state.looking) throw new Error('no such column.')
        return []
      },
      hosts: () => [],
      schedulerPause: () => null,
    },
    store: {
      book: async () => ({ incidents: new Map(), cases: new Map() }),
      dropChannelsBut: async () => 0,
      channelStates: async () => new Map(),
      async saveBook(change: BookChange) {
        written.push(change)
      },
    },
    config,
    warnings: async () => [],
    open: () => {
      throw new Error('There is no channel.')
    },
    calendar: {
      store: { toldFor: async () => null },
      config,
      report: () => {
        throw new Error('unused')
      },
      decisions() {
        if (!state.calendar) throw new Error('the plan is torn.')
        return []
      },
    },
    log: silent,
    now: () => state.now,
  } as unknown as ConstructorParameters<typeof Teller>[0])
  /** Something has happened, and the next tick looks. */
  const tick = () => {
    state.now += MINUTE
    teller.listener().control?.('x', {} as never)
    return teller.tick()
  }
  return { state, written, teller, tick }
}

test('a witness that cannot find out what to tell says so itself, until it can again', async () => {
  const { state, teller, tick } = world()
  await tick()
  expect(teller.warnings()).toEqual([])
  state.looking = false
  await tick()
  expect(teller.warnings()).toEqual(['Nobody is told of anything new: no such column.'])
  state.looking = true
  await tick()
  expect(teller.warnings()).toEqual([])
})

test('a digest or report that cannot be made is said, and becomes an incident that is told', async () => {
  const { state, written, teller, tick } = world()
  state.calendar = false
  for (let looks = 0; looks < 4; looks++) await tick()
  expect(teller.warnings()).toEqual(['Digest, report or questions are not sent: the plan is torn.'])
  expect(JSON.stringify(written)).toContain('the plan is torn.')
  state.calendar = true
  await tick()
  expect(teller.warnings()).toEqual([])
})
