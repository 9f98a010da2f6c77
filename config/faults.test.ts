import { expect, test } from 'bun:test'
import { closest, faultExcerpt, faultsText } from './faults.ts'
import { changed, load } from './load.fixture.ts'

test('a fault is shown with its line and a caret below the place', () => {
  const text = changed('primary: hqs8\n', 'primary: hqs9\n')
  expect(faultsText(load(text).faults ?? [], text)).toBe(
    [
      'app-config.yaml:8:14 pairs.0.primary: There is no host hqs9 under san_hosts. Did you mean hqs8?',
      '  8 |     primary: hqs9',
      '                   ^',
    ].join('\n'),
  )
})

test('a long line is cut around the caret, control characters do not reach the terminal', () => {
  const fault = { file: 'f', line: 1, column: 301, path: '', message: '' }
  const [shown = '', caret = ''] = faultExcerpt(fault, `${'a\u001b'.repeat(150)}X${'b'.repeat(300)}`)
  expect(shown.length).toBeLessThan(180)
  expect(shown).not.toContain('\u001b')
  expect(shown[caret.indexOf('^')]).toBe('X')
})

test('a fault beyond the text has no excerpt', () => {
  expect(faultExcerpt({ file: 'f', line: 9, column: 1, path: '', message: '' }, 'one line')).toEqual([])
})

const KEYS = ['max_delay_hours', 'warn_delay_hours', 'min_age_hours', 'port', 'ssh_user']

test.each([
  ['maxDelayHours', 'max_delay_hours'],
  ['max-delay-hours', 'max_delay_hours'],
  ['max_delay_hour', 'max_delay_hours'],
  ['warn_dealy_hours', 'warn_delay_hours'],
  ['prot', 'port'],
  ['user', null],
  ['zebra', null],
  ['', null],
  ['x'.repeat(100_000), null],
])('%s → %p', (word, expected) => {
  expect(closest(word, KEYS)).toBe(expected)
})
