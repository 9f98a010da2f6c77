import { describe, expect, test } from 'bun:test'
import { nextTryAt } from './backoff.ts'
import { NOW } from './testing/world.ts'

describe('backoff', () => {
  const failed = (consecutiveFailures: number) => ({
    consecutiveFailures,
    sameTwice: false,
    last: { runId: '1', kind: 'lost', message: 'The link broke.', at: NOW },
  })

  test('waits longer after each failure, and never more than six hours and a fifth', () => {
    const waits = [1, 2, 3, 4, 5, 20].map((count) => ((nextTryAt(failed(count), 'x', NOW) ?? 0) - NOW) / 60_000)
    for (const [index, expected] of [5, 10, 20, 40, 80, 360].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(expected * 0.8)
      expect(waits[index]).toBeLessThanOrEqual(expected * 1.2)
    }
  })

  test('datasets come back at different moments, each always at the same', () => {
    expect(nextTryAt(failed(3), 'one', NOW)).not.toBe(nextTryAt(failed(3), 'two', NOW))
    expect(nextTryAt(failed(3), 'one', NOW)).toBe(nextTryAt(failed(3), 'one', NOW))
  })

  test('a failure that a clock dated into the future holds nothing back', () => {
    const early = NOW - 400 * 86_400_000
    expect(nextTryAt(failed(20), 'x', early)).toBeNull()
    expect(nextTryAt(failed(1), 'x', NOW - 1)).toBeNull()
  })

  test('without a failure there is nothing to wait for', () => {
    expect(nextTryAt({ consecutiveFailures: 0, sameTwice: false, last: null }, 'x', NOW)).toBeNull()
  })
})
