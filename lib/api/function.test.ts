import { expect, test } from 'bun:test'
import { scanSchedule } from './function.ts'

const base = { enabled: true, cron: '*/30 * * * *', intervalSeconds: 1800, timezone: 'UTC', verifyCron: null }

test.each([
  ['the pattern of the configuration', base, '*/30 * * * *'],
  ['an interval that no pattern says', { ...base, cron: null, intervalSeconds: 2700 }, { everySeconds: 2700 }],
  ['switched off', { ...base, enabled: false }, null],
])('%s', (_name, scheduler, wanted) => {
  expect(scanSchedule(scheduler)).toEqual(wanted)
})
