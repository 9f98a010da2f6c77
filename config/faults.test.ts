import { expect, test } from 'bun:test'
import { closest } from './faults.ts'

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
