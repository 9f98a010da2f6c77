import { expect, test } from 'bun:test'
import { parseWhen } from './when.ts'

const VIENNA = 'Europe/Vienna'
const at = (iso: string): number => Date.parse(iso)
const written = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().replace(':00.000Z', 'Z')

// Sunday, 15:32 in Vienna.
const SUNDAY = at('2026-11-22T14:32:10Z')

test.each([
  ['06:00', '2026-11-23T05:00Z'],
  ['6:00', '2026-11-23T05:00Z'],
  [' 15:33 ', '2026-11-22T14:33Z'],
  // The minute that has begun is over.
  ['15:32', '2026-11-23T14:32Z'],
  ['Sat 20:00', '2026-11-28T19:00Z'],
  ['saturday 20:00', '2026-11-28T19:00Z'],
  ['Sun 20:00', '2026-11-22T19:00Z'],
  ['Sun. 15:00', '2026-11-29T14:00Z'],
  ['2026-12-05 06:00', '2026-12-05T05:00Z'],
  ['2026-12-05T06:00', '2026-12-05T05:00Z'],
  ['2026-07-05 06:00', '2026-07-05T04:00Z'],
  ['2026-12-05T06:00:00Z', '2026-12-05T06:00Z'],
  ['2026-12-05t06:00:00+01:00', '2026-12-05T05:00Z'],
  ['24:00', null],
  ['06:60', null],
  ['T 20:00', null],
  ['Someday 20:00', null],
  ['S 20:00', null],
  ['2026-02-30 06:00', null],
  ['2026-02-30T06:00:00Z', null],
  ['2026-13-01 06:00', null],
  ['tomorrow', null],
  ['', null],
  ['06:00; rm', null],
])('%p, said on a Sunday at 15:32: %p', (text, expected) => {
  expect(written(parseWhen(text, { zone: VIENNA, after: SUNDAY }))).toBe(expected)
})

test.each([
  // The clock goes from 02:00 to 03:00 on this night: 02:30 is half an hour after the gap.
  ['02:30', '2026-03-28T12:00:00Z', '2026-03-29T01:30Z'],
  ['2026-03-29 02:30', '2026-03-28T12:00:00Z', '2026-03-29T01:30Z'],
  ['06:00', '2026-03-28T12:00:00Z', '2026-03-29T04:00Z'],
  // From 03:00 back to 02:00: 02:30 comes twice.
  ['02:30', '2026-10-24T12:00:00Z', '2026-10-25T00:30Z'],
  ['02:30', '2026-10-25T00:45:00Z', '2026-10-25T01:30Z'],
  ['02:30', '2026-10-25T01:45:00Z', '2026-10-26T01:30Z'],
  ['2026-10-25 02:30', '2026-10-24T12:00:00Z', '2026-10-25T00:30Z'],
  ['Sun 02:30', '2026-10-25T00:45:00Z', '2026-10-25T01:30Z'],
])('%p after %s, where daylight saving begins or ends: %s', (text, after, expected) => {
  expect(written(parseWhen(text, { zone: VIENNA, after: at(after) }))).toBe(expected)
})

test('a day that the zone left out has no such time: the next one counts', () => {
  // Samoa went over the date line and had no 30 December 2011.
  expect(written(parseWhen('06:00', { zone: 'Pacific/Apia', after: at('2011-12-30T05:00:00Z') }))).toBe(
    '2011-12-30T16:00Z',
  )
})
