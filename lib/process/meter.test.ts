import { expect, test } from 'bun:test'
import { createMeter } from './meter.ts'

test('a meter is over with the line that is too much, and stays so', () => {
  const meter = createMeter({ bytes: 300 })
  expect([1, 2, 3, 4, 5].map(() => meter.line('x'.repeat(99)))).toEqual([false, false, false, true, true])
})

test('lines without anything in them are counted all the same', () => {
  const meter = createMeter({ bytes: 64 * 1000 })
  let lines = 0
  while (!meter.line('')) lines += 1
  expect(lines).toBe(1000)
})

test('what lasts may say more, at its rate', () => {
  let now = 0
  const meter = createMeter({ bytes: 1000, bytesPerSecond: 10, now: () => now })
  expect(meter.bytes(1000)).toBe(false)
  expect(meter.bytes(1)).toBe(true)
  now = 60_000
  expect(meter.bytes(599)).toBe(false)
  expect(meter.bytes(1)).toBe(true)
})
