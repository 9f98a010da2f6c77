import { expect, test } from 'bun:test'
import { bigDecimalAt, decimalAt } from './decimal.ts'

test.each([
  ['0', 0],
  ['7', 7],
  ['999999999999999', 999_999_999_999_999],
  ['18446744073709551615', 18_446_744_073_709_552_000],
  ['18446744073709551616', -1],
  ['', -1],
  ['00', -1],
  ['01', -1],
  ['1a', -1],
  ['-1', -1],
  [' 1', -1],
])('decimalAt %p is %p, wherever it stands', (text, value) => {
  expect(decimalAt(text, 0, text.length)).toBe(value)
  expect(decimalAt(`9${text}9`, 1, 1 + text.length)).toBe(value)
})

test('bigDecimalAt keeps every digit', () => {
  expect(bigDecimalAt('16949630131570962030', 0, 20)).toBe(16949630131570962030n)
  expect(bigDecimalAt('42', 0, 2)).toBe(42n)
  expect(bigDecimalAt('4x', 0, 2)).toBeNull()
})
