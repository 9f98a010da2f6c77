import { describe, expect, test } from 'bun:test'
import { featureGaps, parsePoolFeatures, parsePoolStatus, parseZoneOffset } from './pool.ts'

const status = (scan: string, errors = 'No known data errors') =>
  `  pool: tank\n state: ONLINE\n${scan === '' ? '' : `  scan: ${scan}\n`}config:\n\n\tNAME  STATE\n\nerrors: ${errors}\n`

describe('parsePoolStatus', () => {
  test('the end of a scrub, by the zone of the host', () => {
    const text = status('scrub repaired 0B in 00:00:01 with 0 errors on Sun Nov 22 23:10:00 2026')
    expect(parsePoolStatus(text, 3600).scrub).toEqual({
      endedAt: Date.parse('2026-11-22T22:10:00Z') / 1000,
      running: false,
      errors: 0,
    })
    expect(parsePoolStatus(text, 0).dataErrors).toBeNull()
  })
  const cases: readonly [string, ReturnType<typeof parsePoolStatus>['scrub']][] = [
    ['', null],
    ['resilvered 1.2G in 00:01:00 with 0 errors on Sun Nov  1 03:10:00 2026', null],
    ['scrub canceled on Sun Nov  1 03:10:00 2026', null],
    ['scrub in progress since Sun Nov  1 03:10:00 2026', { endedAt: null, running: true, errors: null }],
    [
      'scrub repaired 4K in 1 days 02:03:04 with 12 errors on Sun Nov  1 03:10:00 2026',
      { endedAt: Date.parse('2026-11-01T03:10:00Z') / 1000, running: false, errors: 12 },
    ],
    ['scrub repaired 0B in 00:00:01 with 0 errors on gestern', { endedAt: null, running: false, errors: 0 }],
  ]
  test.each(cases)('scan: %s', (scan, scrub) => expect(parsePoolStatus(status(scan), 0).scrub).toEqual(scrub))

  test('data errors are kept as they are said, cleaned', () => {
    expect(parsePoolStatus(status('', '3 data errors, use \u001b[31m-v for a list'), 0).dataErrors).toBe(
      '3 data errors, use -v for a list',
    )
  })
})

test('parseZoneOffset', () => {
  expect(['+0130\n', '-0800\n', 'CET\n'].map(parseZoneOffset)).toEqual([5400, -28800, null])
})

test('a feature in use that the other pool lacks; only some travel in streams', () => {
  const pool = (text: string) => parsePoolFeatures(text.replaceAll(' ', '\t').replaceAll(',', '\n'))
  const primary = pool(
    'size 1,feature@large_blocks active,feature@zstd_compress active,feature@encryption enabled,feature@spacemap_v2 active',
  )
  expect(featureGaps(primary, pool('feature@large_blocks enabled,feature@zstd_compress disabled'))).toEqual([
    { name: 'zstd_compress', there: 'disabled', inStreams: true },
    { name: 'spacemap_v2', there: 'absent', inStreams: false },
  ])
})
