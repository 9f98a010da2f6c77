import { describe, expect, test } from 'bun:test'
import { fits, keepFreeBytes, stopReceiveBelow } from './space.ts'

describe('space', () => {
  const pool = { poolFree: 300, poolSize: 1000, booked: 0, keepFree: { fraction: 0.1 } }
  test.each([
    ['1.1 times the estimate fits beside what must stay', { ...pool, estimate: 181 }, { fits: true, ask: false }],
    ['one byte too much does not', { ...pool, estimate: 182 }, { fits: false, ask: false }],
    ['what others have booked is not free', { ...pool, booked: 100, estimate: 100 }, { fits: false, ask: false }],
    ['without an estimate a person decides', { ...pool, estimate: null }, { fits: false, ask: true }],
    ['keep_free in bytes', { ...pool, keepFree: { bytes: 0 }, estimate: 270 }, { fits: true, ask: false }],
  ])('%s', (_, question, expected) => {
    expect(fits(question)).toMatchObject(expected)
  })

  test('a running receive stops at half of what must stay', () => {
    expect(keepFreeBytes({ fraction: 0.1 }, 1000)).toBe(100)
    expect(stopReceiveBelow({ fraction: 0.1 }, 1000)).toBe(50)
  })
})
