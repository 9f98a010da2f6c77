import { expect, test } from 'bun:test'
import { Clock, DAY, dataset, HOUR, host, type Looks, MINUTE, START } from './testing.fixture.ts'
import type { Silence } from './types.ts'

const BROKEN: Looks = { code: 'BACKUP_AHEAD' }
const LATE: Looks = { code: 'LAGGING', severity: 'warning', cause: 'late:hqs10>hqs7' }
const one = (looks: Looks) => (_: number, at: number) => [dataset('L1', at, looks)]
const twenty = Array.from({ length: 20 }, (_, index) => `D${String(index).padStart(2, '0')}`)

test('one bad look is told to nobody; two are, once', () => {
  const clock = new Clock()
  clock.run(5, one({}))
  clock.run(5, one(BROKEN))
  clock.run(20, one({}))
  expect(clock.titles).toEqual([])
  clock.run(30, one({ ...BROKEN, delaySeconds: 26 * 86_400 }))
  expect(clock.titles).toEqual(['[BROKEN] L1 hqs10→hqs7: backup ahead, 26 d behind'])
  expect(clock.messages[0]).toMatchObject({
    event: 'dataset.broken',
    severity: 'critical',
    pairs: ['one'],
    state: 'FIRING',
    previousState: null,
  })
})

test('a warning is told when it has lasted for half an hour', () => {
  const clock = new Clock()
  clock.run(29, one(LATE))
  expect(clock.titles).toEqual([])
  clock.run(10, one(LATE))
  expect(clock.titles).toEqual(['[WARNING] L1 hqs10→hqs7: lagging'])
})

test('its end is told, with how long it was and what fixed it', () => {
  const clock = new Clock()
  clock.run(60, one(BROKEN))
  const repaired = { runId: '1843', by: 'alice', at: clock.now - MINUTE }
  clock.run(5, one({ repaired }))
  expect(clock.titles).toHaveLength(1)
  clock.run(10, one({ repaired }))
  expect(clock.titles[1]).toBe('[RECOVERED] L1 hqs10→hqs7 after 1 h')
  expect(clock.messages[1]).toMatchObject({
    event: 'dataset.recovered',
    severity: 'info',
    incidentId: clock.messages[0]?.incidentId ?? '',
    runId: '1843',
  })
  expect(clock.messages[1]?.paragraphs[0]).toContain('Repair #1843 by alice fixed it.')
})

test('without a repair it ended by itself; what is configured no more is watched no longer', () => {
  const clock = new Clock()
  clock.run(60, one(BROKEN))
  clock.run(20, one({}))
  expect(clock.messages[1]?.paragraphs[0]).toContain('It ended by itself')
  clock.run(DAY / MINUTE, one({}), 60)
  clock.run(60, one(BROKEN))
  clock.run(10, () => [])
  expect(clock.messages.at(-1)?.paragraphs[0]).toContain('It is watched no longer.')
})

test('twenty that break with one host are one message, and one when they recover', () => {
  const clock = new Clock()
  const seen = (looks: Looks) => (_: number, at: number) => twenty.map((id) => dataset(id, at, looks))
  clock.run(30, seen({ code: 'NO_COMMON_SNAPSHOT' }))
  clock.run(30, seen({}))
  expect(clock.titles).toEqual([
    '[BROKEN] 20 datasets hqs10→hqs7: no common snapshot',
    '[RECOVERED] 20 datasets hqs10→hqs7 after 30 min',
  ])
  expect(clock.messages[0]).toMatchObject({ datasetCount: 20 })
})

test('a host that does not answer is one message; its datasets are neither better nor worse', () => {
  const clock = new Clock()
  const all = (at: number, looks: Looks = {}) => twenty.map((id) => dataset(id, at, looks))
  clock.run(60, (_, at) => [...all(at, BROKEN), host('hqs7', at, all(at))])
  expect(clock.news()).toEqual(['[BROKEN] 20 datasets hqs10→hqs7: backup ahead'])
  clock.run(120, (_, at) => [...all(at, { unseen: true }), host('hqs7', at, all(at), { code: 'HOST_UNREACHABLE' })])
  expect(clock.news()).toEqual(['[WARNING] hqs7 unreachable (20 datasets)'])
  clock.run(60, (_, at) => [...all(at, BROKEN), host('hqs7', at, all(at))])
  expect(clock.news()).toEqual(['[RECOVERED] hqs7 after 2 h'])
  expect(clock.open()).toHaveLength(20)
})

test('what joins a cause within four hours is told after them, in one message; what gets worse at once', () => {
  const clock = new Clock()
  clock.run(60, (_, at) => [dataset('A', at, LATE), dataset('B', at), dataset('C', at)])
  expect(clock.news()).toEqual(['[WARNING] A hqs10→hqs7: lagging'])
  clock.run(120, (_, at) => [dataset('A', at, LATE), dataset('B', at, LATE), dataset('C', at, LATE)])
  expect(clock.news()).toEqual([])
  clock.run(120, (_, at) => [dataset('A', at, LATE), dataset('B', at, LATE), dataset('C', at, LATE)])
  expect(clock.news()).toEqual(['[WARNING] 3 datasets hqs10→hqs7: lagging'])
  const worse: Looks = { ...LATE, code: 'LAG_CRITICAL', severity: 'critical' }
  clock.run(30, (_, at) => [dataset('A', at, LATE), dataset('B', at, worse), dataset('C', at, LATE)])
  expect(clock.news()).toEqual(['[BROKEN] 3 datasets hqs10→hqs7: lag critical'])
  expect(clock.open()).toHaveLength(1)
})

test('a dataset that breaks for a reason of its own leaves the late ones, and is told', () => {
  const clock = new Clock()
  clock.run(60, (_, at) => [dataset('A', at, LATE), dataset('B', at, LATE)])
  clock.run(30, (_, at) => [dataset('A', at, LATE), dataset('B', at, { code: 'NO_COMMON_SNAPSHOT' })])
  expect(clock.titles).toEqual([
    '[WARNING] 2 datasets hqs10→hqs7: lagging',
    '[BROKEN] B hqs10→hqs7: no common snapshot',
  ])
})

test('what comes back within a day is the same incident, and is told', () => {
  const clock = new Clock()
  clock.run(30, one(BROKEN))
  clock.run(60, one({}))
  clock.run(30, one(BROKEN))
  expect(clock.titles).toEqual([
    '[BROKEN] L1 hqs10→hqs7: backup ahead',
    '[RECOVERED] L1 hqs10→hqs7 after 30 min',
    '[AGAIN BROKEN] L1 hqs10→hqs7: backup ahead',
  ])
  expect(new Set(clock.messages.map(({ incidentId }) => incidentId)).size).toBe(1)
})

test('four changes within a day are one message that says so; then one when it has settled', () => {
  const clock = new Clock()
  for (let round = 0; round < 12; round++) {
    clock.run(15, one(BROKEN))
    clock.run(15, one({}))
  }
  expect(clock.titles.filter((title) => title.startsWith('[FLAPPING]'))).toHaveLength(1)
  expect(clock.titles.length).toBeLessThanOrEqual(4)
  clock.run(6 * 60, one({}))
  expect(clock.titles.at(-1)).toStartWith('[RECOVERED]')
  expect(clock.open()).toEqual([])
})

test('flapping that settles in trouble is told as still broken', () => {
  const clock = new Clock()
  for (let round = 0; round < 4; round++) {
    clock.run(5, one(BROKEN))
    clock.run(5, one({}))
  }
  clock.run(5 * 60, one(BROKEN))
  expect(clock.titles).toEqual([
    '[FLAPPING] L1 hqs10→hqs7: backup ahead, it comes and goes',
    '[STILL BROKEN] L1 hqs10→hqs7: backup ahead',
  ])
})

const ack = (until: number | null): Silence => ({ kind: 'ack', by: 'alice', at: START, until })
const pause: Silence = { kind: 'pause', by: 'alice', at: START, until: null }

test('acknowledged: silence, and its end told once', () => {
  const clock = new Clock()
  clock.run(30, one({ ...BROKEN, silence: ack(null) }))
  expect(clock.open()[0]?.state).toBe('ACKED')
  clock.run((20 * DAY) / MINUTE, one({ ...BROKEN, silence: ack(null) }), 60)
  clock.run(180, one({ silence: ack(null) }), 60)
  expect(clock.titles).toEqual(['[RECOVERED] L1 hqs10→hqs7 after 20 d 1 h'])
})

test('snoozed: told when the time is over and it is still so', () => {
  const clock = new Clock()
  clock.run(30, one(BROKEN))
  clock.run(60, one({ ...BROKEN, silence: ack(START + 90 * MINUTE) }))
  expect(clock.open()[0]?.state).toBe('SNOOZED')
  clock.run(10, one(BROKEN))
  expect(clock.titles).toEqual(['[BROKEN] L1 hqs10→hqs7: backup ahead', '[STILL BROKEN] L1 hqs10→hqs7: backup ahead'])
})

test('acknowledged as a warning: that it broke is told all the same', () => {
  const clock = new Clock()
  clock.run(60, one(LATE))
  clock.run(60, one({ ...LATE, silence: ack(null) }))
  clock.run(30, one({ ...LATE, code: 'LAG_CRITICAL', severity: 'critical', silence: ack(null) }))
  expect(clock.titles).toEqual(['[WARNING] L1 hqs10→hqs7: lagging', '[BROKEN] L1 hqs10→hqs7: lag critical'])
})

test('paused: nothing is told, not even its end; what is still true when the pause ends is', () => {
  const quiet = new Clock()
  quiet.run(60, one({ ...BROKEN, silence: pause }))
  expect(quiet.open()[0]?.state).toBe('SUPPRESSED')
  quiet.run(30, one({ silence: pause }))
  expect(quiet.titles).toEqual([])
  const ends = new Clock()
  ends.run(60, one({ ...BROKEN, silence: pause }))
  ends.run(10, one(BROKEN))
  expect(ends.titles).toEqual(['[BROKEN] L1 hqs10→hqs7: backup ahead'])
})

test('told before the pause: its end is told in spite of it', () => {
  const clock = new Clock()
  clock.run(30, one(BROKEN))
  clock.run(30, one({ ...BROKEN, silence: pause }))
  clock.run(30, one({ silence: pause }))
  expect(clock.titles).toHaveLength(2)
})

test('reminders after 1, 2, 4, 8 and again 8 days, and they say so; none while a repair makes headway', () => {
  const clock = new Clock()
  clock.run((32 * DAY) / MINUTE, one(BROKEN), 60)
  const days = clock.messages
    .filter(({ event }) => event === 'incident.reminder')
    .map(({ at }) => Math.round((at - START) / DAY))
  expect(days).toEqual([1, 3, 7, 15, 23, 31])
  expect(clock.messages[1]?.paragraphs.at(-1)).toContain('less frequent')
  const copying = new Clock()
  const repair = { runId: '7', bytesTotal: 3 * 2 ** 40, bytesDone: 2 ** 30, etaSeconds: 20 * 86_400 }
  copying.run((20 * DAY) / MINUTE, one({ code: 'BACKUP_DATASET_MISSING', repair }), 60)
  copying.run(180, one({ repaired: { runId: '7', by: 'the witness itself', at: copying.now - 1 } }), 60)
  expect(copying.titles).toEqual([
    '[BROKEN] L1 hqs10→hqs7: backup dataset missing',
    '[RECOVERED] L1 hqs10→hqs7 after 20 d',
  ])
  expect(copying.messages[0]?.paragraphs.join(' ')).toContain(
    '1 repair is under way, about 3 TiB, the one that runs needs about 20 d.',
  )
})

test('a repair that fails is told at the first and the third time', () => {
  const clock = new Clock()
  const failed = (count: number, at: number) => [
    {
      ...dataset('L1', at),
      subject: 'repair:L1',
      kind: 'repair' as const,
      trouble: {
        cause: 'repair:L1',
        severity: 'warning' as const,
        code: 'SSH_LOST',
        message: 'Repair #7 failed.',
        action: null,
        atOnce: true,
        count,
      },
    },
  ]
  for (const count of [1, 2, 3, 4]) clock.run(60, () => failed(count, START + count * HOUR))
  expect(clock.titles).toEqual([
    '[REPAIR FAILED] L1 hqs10→hqs7: ssh lost',
    '[AGAIN REPAIR FAILED] L1 hqs10→hqs7: ssh lost',
  ])
  clock.run(10, (_, at) => [{ ...dataset('L1', at), subject: 'repair:L1', kind: 'repair' }])
  expect(clock.titles.at(-1)).toStartWith('[RECOVERED]')
})
