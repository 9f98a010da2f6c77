import { describe, expect, test } from 'bun:test'
import { judge } from './judge/judge.ts'
import { atReading } from './judge/looking.ts'
import { emptyMemory, remember } from './memory.ts'
import {
  backupSide,
  inventoryOf,
  judged,
  judgeInput,
  MAPPING,
  NOW,
  primarySide,
  taken,
  unreachable,
} from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'
import type { Memory } from './types/verdict.ts'

const a = taken('a', 30)
const later = NOW + 1_800_000
const look = (inventory: Inventory, memory: Memory, now: number): Memory => {
  const input = judgeInput(inventory, { memory, now })
  return remember(input, judge(input))
}

describe('what is remembered of a look at both sides', () => {
  test('the common guid, the primary, who answered and the verdict, as plain JSON', () => {
    const memory = look(inventoryOf(primarySide([a]), backupSide([a])), emptyMemory(), NOW)
    expect(memory).toMatchObject({
      common: { guid: a.guid, at: NOW },
      primary: { newestCreatetxg: `${a.createtxg}` },
      backupWritten: { bytes: 0, grewAt: null },
      backupSeenAt: NOW,
      last: { health: 'HEALTHY', oldestMissingSince: null, behindSnapshots: 0 },
    })
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory)
  })

  test('since when something has been missing, until it arrives', () => {
    const missing = taken('m', 1)
    const behind = inventoryOf(primarySide([a, missing]), backupSide([a]))
    const first = look(behind, emptyMemory(), NOW)
    expect(look(behind, first, later).waiting?.since).toEqual({ creation: missing.creation, seenAt: NOW })
    const arrived = look(inventoryOf(primarySide([a, missing]), backupSide([a, missing])), first, later)
    expect(arrived.waiting).toMatchObject({ since: null, base: { guid: missing.guid, seenAt: later } })
  })

  test('what an older version wrote down of it is taken over', () => {
    const missing = taken('m', 1)
    const behind = inventoryOf(primarySide([a, missing]), backupSide([a]))
    const { waiting: _, rhythm: __, ...old } = look(behind, emptyMemory(), NOW)
    const before = { ...old, firstMissing: { [missing.guid]: NOW - 9_000_000 } }
    expect(look(behind, before, later).waiting?.since?.seenAt).toBe(NOW - 9_000_000)
    expect(look(behind, before, later).firstMissing).toEqual({})
  })

  test('bounded, with the oldest of them', () => {
    const many = [a, ...Array.from({ length: 2500 }, (_, n) => taken(`m${n}`, 25 - n / 100))]
    const { waiting } = look(inventoryOf(primarySide(many), backupSide([a])), emptyMemory(), NOW)
    expect(waiting?.log.length).toBeLessThanOrEqual(532)
    expect(waiting?.since?.creation).toBe(many[1]?.creation ?? 0)
    // Put together, they keep the first date and the last createtxg.
    expect(waiting?.log[1]?.[1]).toBe(many[1]?.creation ?? 0)
  })

  test('for how many looks a token has not moved', () => {
    const stored = (token: string) => inventoryOf(primarySide([a]), backupSide([a], { receiveResumeToken: token }))
    const first = look(stored('1-a-1-aa'), emptyMemory(), NOW)
    const second = look(stored('1-a-1-aa'), first, later)
    expect([first.token?.unchangedLooks, second.token?.unchangedLooks]).toEqual([0, 1])
    expect(look(stored('1-b-1-bb'), second, later).token?.unchangedLooks).toBe(0)
    expect(look(inventoryOf(primarySide([a]), backupSide([a])), second, later).token).toBeNull()
  })

  test('when the backup was written to', () => {
    const written = (bytes: number) => inventoryOf(primarySide([a]), backupSide([a], { written: bytes }))
    const first = look(written(10), emptyMemory(), NOW)
    expect(first.backupWritten).toEqual({ bytes: 10, grewAt: null })
    expect(look(written(11), first, later).backupWritten).toEqual({ bytes: 11, grewAt: later })
  })
})

test('what was dated by a clock that was ahead is dated now once it has been put right', () => {
  const ahead = NOW + 400 * 86_400_000
  const behind = inventoryOf(primarySide([a, taken('m', 1)]), backupSide([a]))
  const memory = look(behind, emptyMemory(), ahead)
  expect(memory.waiting?.since?.seenAt).toBe(ahead)
  expect(look(behind, memory, NOW)).toMatchObject({
    waiting: { since: { seenAt: NOW }, base: { seenAt: NOW } },
    commonSince: { at: NOW },
  })
  expect(look(inventoryOf(behind.primary, unreachable('hqs1')), memory, NOW).backupSeenAt).toBe(NOW)
})

describe('a check that is too old when it is read', () => {
  const reading = { mapping: MAPPING, intervalSeconds: 1800, timezone: 'UTC' }
  const healthy = judged(inventoryOf(primarySide([a]), backupSide([a])))
  const broken = judged(inventoryOf(primarySide([a]), backupSide([taken('x', 1)])))

  test('two intervals may pass, not more', () => {
    expect(atReading(healthy, { ...reading, now: NOW + 3_600_000 })).toBe(healthy)
    const stale = atReading(healthy, { ...reading, now: NOW + 3_600_001 })
    expect(stale).toMatchObject({ health: 'UNKNOWN', reason: { code: 'STALE_CHECK' } })
    expect(stale.reason.message).toBe('Last checked 1 h ago; the schedule is every 30 min. It was HEALTHY then.')
  })

  test('a schedule with gaps: until the second check after it was due, one may have slipped', () => {
    // Checked on Friday evening; on Monday morning the interval is half an hour again.
    const monday = NOW + 60 * 3_600_000
    const cadence = { intervalSeconds: 1800, secondDueAfter: () => monday + 1_800_000 }
    expect(atReading(healthy, { ...reading, ...cadence, now: monday })).toBe(healthy)
    expect(atReading(healthy, { ...reading, ...cadence, now: monday + 1_800_000 }).reason.code).toBe('STALE_CHECK')
  })

  test('one from the future is never fresh, for nothing says how old it is', () => {
    expect(atReading(healthy, { ...reading, now: NOW - 59_000 })).toBe(healthy)
    const stale = atReading(healthy, { ...reading, now: NOW - 400 * 86_400_000 })
    expect(stale).toMatchObject({ health: 'UNKNOWN', reason: { code: 'STALE_CHECK', evidence: { ageSeconds: 0 } } })
    expect(stale.reason.message).toBe(
      'The last check is dated 2026-11-22 12:00, in the future: the clock of the witness was ahead. It was HEALTHY then.',
    )
  })

  test('what was BROKEN stays so', () => {
    expect(atReading(broken, { ...reading, now: NOW + 7_200_000 })).toMatchObject({
      health: 'BROKEN',
      reason: { code: 'NO_COMMON_SNAPSHOT' },
    })
  })
})
