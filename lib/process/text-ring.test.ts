import { expect, test } from 'bun:test'
import { createTextRing } from './text-ring.ts'

test('a short text is kept as it is', () => {
  const ring = createTextRing(10, 20)
  for (const line of ['one', '', 'two']) ring.push(line)
  expect(ring.text()).toBe('one\n\ntwo')
})

test('of a long one the beginning and the end, and how much is missing', () => {
  const ring = createTextRing(8, 12)
  for (let line = 1; line <= 100; line += 1) ring.push(`l${line}`)
  const text = ring.text()
  expect(text).toStartWith('l1\nl2\n')
  expect(text).toEndWith('\nl99\nl100')
  const left = Number(/… (\d+) characters left out …/.exec(text)?.[1])
  const whole = Array.from({ length: 100 }, (_, index) => `l${index + 1}`).join('\n').length
  expect(whole - left).toBeLessThanOrEqual(8 + 12)
})

test('one enormous line does not break the limit', () => {
  const ring = createTextRing(8, 12)
  ring.push('x'.repeat(1_000))
  expect(ring.text().length).toBeLessThan(60)
})
