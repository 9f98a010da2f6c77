import { describe, expect, test } from 'bun:test'
import { matchesGlob } from './glob.ts'

describe('glob', () => {
  test.each([
    ['daily-2026', 'daily*', true],
    ['daily-2026', '*2026', true],
    ['daily-2026', 'd*y-*6', true],
    ['daily', 'dail?', true],
    ['daily', 'dail', false],
    ['daily', '', false],
    ['a.b', 'a?b', true],
    ['axb', 'a.b', false],
    ['syncoid_hqs8_2026', 'syncoid_*', true],
    ['', '*', true],
  ])('%p matches %p: %p', (name, pattern, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected)
  })

  test('a pattern of many stars does not hang', () => {
    expect(matchesGlob('a'.repeat(250), `${'*a'.repeat(100)}b`)).toBe(false)
  })
})
