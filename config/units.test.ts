import { expect, test } from 'bun:test'
import { parseDuration, parseKeepFree, parseRate, parseSize, sizeText } from './units.ts'

test.each([
  ['30s', 30],
  ['15m', 900],
  ['2h', 7200],
  ['1h30m', 5400],
  ['7d', 604_800],
  ['2w', 1_209_600],
  ['15', '15 of what? Write the unit: 15s, 15m, 15h or 15d.'],
  ['15 min', '"15 min" is not a length of time; write for example 15m, 2h or 7d.'],
  ['', '"" is not a length of time; write for example 15m, 2h or 7d.'],
  ['-5m', '"-5m" is not a length of time; write for example 15m, 2h or 7d.'],
])('a length of time: %s', (text, expected) => {
  const result = parseDuration(text)
  expect(result.ok ? result.value : result.message).toBe(expected)
})

test.each([
  ['10GiB', 10 * 2 ** 30],
  ['10 GB', 1e10],
  ['1.5KiB', 1536],
  ['0B', 0],
  ['10', '10 of what? Write the unit, for example 10GiB or 10MiB.'],
  ['10G', 'The unit G is not known; write 10GiB.'],
  ['10gib', 'The unit gib is not known; write 10GiB.'],
  ['10constructor', 'The unit constructor is not known; write 10GiB, MiB or KiB.'],
  ['9999999PiB', '9999999PiB is larger than any pool; write for example 10GiB.'],
])('a size: %s', (text, expected) => {
  const result = parseSize(text)
  expect(result.ok ? result.value : result.message).toBe(expected)
})

test('a rate is a size a second', () => {
  expect(parseRate('200MiB/s')).toEqual({ ok: true, value: 200 * 2 ** 20 })
  expect(parseRate('0MiB/s')).toMatchObject({ ok: false })
})

test('keep_free is a share or a size', () => {
  expect(parseKeepFree('10%')).toEqual({ ok: true, value: { fraction: 0.1 } })
  expect(parseKeepFree('2.5 %')).toEqual({ ok: true, value: { fraction: 0.025 } })
  expect(parseKeepFree('500GiB')).toEqual({ ok: true, value: { bytes: 500 * 2 ** 30 } })
  expect(parseKeepFree('91%')).toMatchObject({ ok: false })
})

test.each([0, 1, 1023, 1024, 200 * 2 ** 20, 1e10, 2 ** 50])(
  'a size of %d bytes, shown, means the same again',
  (bytes) => {
    expect(parseSize(sizeText(bytes))).toEqual({ ok: true, value: bytes })
  },
)
