import { describe, expect, test } from 'bun:test'
import { fits, keepFreeBytes, roomIn, stopReceiveBelow } from './space.ts'

describe('space', () => {
  const pool = { pool: { free: 300, size: 1000 }, booked: 0, keepFree: { fraction: 0.1 } }
  test.each([
    ['1.1 times the estimate fits beside what must stay', { ...pool, estimate: 181 }, { fits: true, ask: false }],
    ['one byte too much does not', { ...pool, estimate: 182 }, { fits: false, ask: false }],
    ['what others have booked is not free', { ...pool, booked: 100, estimate: 100 }, { fits: false, ask: false }],
    ['without an estimate a person decides', { ...pool, estimate: null }, { fits: false, ask: true }],
    ['keep_free in bytes', { ...pool, keepFree: { bytes: 0 }, estimate: 270 }, { fits: true, ask: false }],
  ])('%s', (_, question, expected) => {
    expect(fits(question)).toMatchObject(expected)
  })

  test('a quota is named where it is what is in the way, not where the pool is', () => {
    expect(fits({ ...pool, estimate: 100, available: 90 }).sentence).toContain('a quota on it or above it')
    expect(fits({ ...pool, estimate: 290, available: 280 })).toMatchObject({
      fits: false,
      sentence: expect.stringContaining('The target pool has 300 B free'),
    })
  })

  const facts = { name: 'tank', health: 'ONLINE', readonly: false, sizeBytes: 900, freeBytes: 600 }
  test.each([
    ['raidz: what datasets may take', { usedBytes: 200, availableBytes: 390 }, { free: 390, size: 590 }],
    ['a full one: none, not unknown', { usedBytes: 590, availableBytes: 0 }, { free: 0, size: 590 }],
    ['not read: as `zpool list` says', undefined, { free: 600, size: 900 }],
    ['never more than is free there', { usedBytes: 1e9, availableBytes: 1e9 }, { free: 600, size: 900 }],
    ['nor of more than there is (dedup)', { usedBytes: 1e9, availableBytes: 390 }, { free: 390, size: 900 }],
  ])('the room in a pool: %s', (_, usable, expected) => {
    expect(roomIn(usable === undefined ? facts : { ...facts, usable })).toEqual(expected)
  })

  test('several plans at once fit as far as there is room for data', () => {
    const raidz = roomIn({ ...facts, usable: { usedBytes: 200, availableBytes: 390 } })
    const second = { booked: 220, keepFree: { fraction: 0.1 }, estimate: 200 }
    expect(fits({ ...second, pool: roomIn(facts) })).toMatchObject({ fits: true })
    expect(fits({ ...second, pool: raidz })).toMatchObject({ fits: false, ask: false })
    expect(fits({ ...second, booked: 0, pool: raidz })).toMatchObject({ fits: true })
  })

  const full = { pool: { free: 80, size: 1000 }, booked: 0, keepFree: { fraction: 0.1 }, isIncrement: true }
  test.each([
    ['a small increment, down to 1 %', { ...full, estimate: 18 }, { fits: true }],
    ['more than 2 % of the pool obeys keep_free', { ...full, estimate: 19 }, { fits: false, ask: false }],
    ['so does a seed, however small', { ...full, isIncrement: false, estimate: 1 }, { fits: false, ask: false }],
    ['with what others have booked', { ...full, booked: 52, estimate: 18 }, { fits: false, ask: false }],
    ['a keep_free below 1 % stays', { ...full, keepFree: { bytes: 0 }, booked: 60, estimate: 18 }, { fits: true }],
    ['not below the floor', { ...full, pool: { free: 29, size: 1000 }, estimate: 18 }, { fits: false, ask: false }],
  ])('a nearly full pool: %s', (_, question, expected) => {
    expect(fits(question)).toMatchObject(expected)
  })

  const rest = { ...pool, estimate: 0, rest: 50 }
  test.each([
    ['as long as keep_free is free', { ...rest, pool: { free: 100, size: 1000 } }, { fits: true, ask: false }],
    ['not below', { ...rest, pool: { free: 99, size: 1000 } }, { fits: false, ask: false }],
    ['what follows it must fit', { ...rest, estimate: 200 }, { fits: false, ask: false }],
    ['what follows it is not known: ask', { ...rest, estimate: null }, { fits: false, ask: true }],
  ])('a resumed stream without a size: %s', (_, question, expected) => {
    expect(fits(question)).toMatchObject(expected)
  })

  test('a running receive stops at half of what must stay', () => {
    expect(keepFreeBytes({ fraction: 0.1 }, 1000)).toBe(100)
    expect(stopReceiveBelow({ fraction: 0.1 }, 1000)).toBe(50)
    expect(stopReceiveBelow({ fraction: 0.1 }, 1000, true)).toBe(10)
    expect(stopReceiveBelow({ bytes: 4 }, 1000, true)).toBe(2)
  })
})
