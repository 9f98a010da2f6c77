import { describe, expect, test } from 'bun:test'
import { LAST_SECOND } from '#lib/text/words.ts'
import {
  parseAllDatasets,
  parseHeld,
  parseOwnProperties as parseOwnOfEach,
  parseProperties,
  parsePropertyNames,
  parsePropertyOfEach,
  parseQuotas,
  parseVersion,
  parseWrittenSince,
} from './answers.ts'
import { encryptionCell, numberCell } from './cells.ts'
import { DATASET_COLUMNS, MOST_ROWS, POOL_COLUMNS } from './columns.ts'
import { parseCosts, parseIdentities, parseSizes, parseWritten } from './cost-listing.ts'
import { listNamesBelow, longestBelow, parseBeside, parseDatasetListing, parsePoolListing } from './dataset-listing.ts'
import { onlyDirectories } from './directory-changes.ts'
import { parseSendEstimate } from './estimate.ts'
import { checkDatasetName, checkSnapshotName } from './names.ts'
import { parsePoolFeatures, parsePoolStatus } from './pool.ts'
import { parseRights, rightsOf } from './rights.ts'
import { encodeToken, readToken, type TokenField } from './token.ts'

/* A compromised SAN answers whatever it likes. Each parser holds what it takes within bounds, whatever comes. */

const MAX = '18446744073709551615'
const HUGE = 'x'.repeat(100_000)
const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')

const received = (bytes: bigint): TokenField[] => [
  ['object', 1n],
  ['offset', 0n],
  ['bytes', bytes],
  ['toguid', 1n],
  ['toname', 'p/a@s'],
]

describe('numbers', () => {
  test.each<[string, () => unknown]>([
    ['of bytes', () => numberCell(MAX)],
    ['written since a snapshot', () => parseWrittenSince(`${MAX}\n`)],
    ['of a quota', () => parseQuotas(`a\tquota\t${MAX}\n`, ['a'])?.[0]?.bytes],
    ['of what a snapshot costs', () => parseCosts(`7\t${MAX}\t-\n`)?.get('7')?.usedBytes],
    ['written by each', () => parseWritten(`${MAX}\n`)?.[0]],
    ['that were received', () => readToken(encodeToken(received(0xffff_ffff_ffff_ffffn)))?.bytes],
  ])('%s are whole ones, whatever was said', (_, read) => expect(read()).toBe(Number.MAX_SAFE_INTEGER))

  test('longer ones are none', () => {
    expect(numberCell('9'.repeat(21))).toBeUndefined()
    expect(parseWrittenSince(`${'9'.repeat(400)}\n`)).toBeNull()
    expect(parsePoolStatus(` scan: scrub repaired 0B with ${'9'.repeat(40)} errors on x\n`, 0).scrub).toBeNull()
    expect(parseVersion(`zfs-${'9'.repeat(40)}.1.1\n`)).toBeNull()
  })
})

describe('dates', () => {
  const row = (creation: string, changed: string) =>
    `p/a\tfilesystem\t7\t1\t${creation}\t-\t${changed}\t-\t0\t0\t0\t0\toff\tyes\toff\t-\t-\n`
  const faultOf = (text: string) =>
    parseDatasetListing(text, DATASET_COLUMNS, { names: ['p/a'], recursive: false }).fault?.reason ?? null

  test('of a dataset, and of the last change of its snapshots, are before the year 10000', () => {
    const last = String(LAST_SECOND)
    expect(faultOf(row(last, last))).toBeNull()
    expect(faultOf(row(String(LAST_SECOND + 1), '-'))).toContain('creation')
    expect(faultOf(row('1', MAX))).toContain('snapshots_changed')
  })
})

describe('texts', () => {
  test.each<[string, () => unknown, unknown]>([
    ['a cipher', () => encryptionCell(HUGE), undefined],
    ['a value', () => parsePropertyOfEach(`a\t${HUGE}\n`, ['a']), null],
    ['an origin', () => parseAllDatasets(`p/a\tfilesystem\t7\t${HUGE}\n`), null],
    ['a property', () => parsePropertyNames(`${HUGE}\n`), null],
    ['a property of one of several', () => parseOwnOfEach(`a\t${HUGE}\n`, ['a']), null],
    ['the name of what is to be sent', () => parseSendEstimate(`full\t${HUGE}@s\t7\n`), null],
    ['where it begins', () => parseSendEstimate(`incremental\t@${HUGE}\tp/a@s\t7\n`), null],
    ['a name with a guid', () => parseIdentities(`${HUGE}\t7\n`), null],
    ['what is held', () => parseHeld(`${HUGE}\tzw\tnow\np/a@s\tzw\tnow\np/a@s\tzw\tnow\n`, 'zw'), ['p/a@s']],
    ['a feature', () => parsePoolFeatures(`feature@${HUGE}\tactive\n`).size, 0],
  ])('%s of any length is none', (_, read, expected) => expect(read()).toEqual(expected))

  test('the health of a pool', () => {
    const rows = (health: string) => `p\t${health}\toff\t1\t1\n`
    expect(parsePoolListing(rows('SUSPENDED'), ['p']).fault).toBeNull()
    expect(parsePoolListing(rows('A'.repeat(99)), ['p']).fault?.reason).toContain('health')
    expect(POOL_COLUMNS).toHaveLength(5)
  })

  test('a value of a property is as long as ZFS takes it', () => {
    const value = (length: number) => parseProperties(`mountpoint\t/${'x'.repeat(length - 1)}\tlocal\n`, ['mountpoint'])
    expect([value(8192).fault === null, value(8193).fault === null]).toEqual([true, false])
  })

  test('what is said of a name is short', () => {
    for (const fault of [checkDatasetName(HUGE), checkSnapshotName(`${HUGE}@s`), checkDatasetName(`${HUGE}/`)])
      expect(fault?.length ?? 0).toBeLessThan(900)
  })
})

describe('how many', () => {
  test.each<[string, () => unknown, unknown]>([
    ['properties of a dataset', () => parsePropertyNames(many(501, (index) => `org:${index}`)), null],
    [
      'of one of several',
      () =>
        parseOwnOfEach(
          many(501, (index) => `a\torg:${index}`),
          ['a'],
        ),
      null,
    ],
    [
      'quotas of a dataset',
      () =>
        parseQuotas(
          many(3, () => 'a\tquota\t7'),
          ['a'],
        ),
      null,
    ],
    ['snapshots with a cost', () => parseCosts(many(100_001, (index) => `${index + 1}\t0\t-`)), null],
    ['snapshots with a size', () => parseSizes(many(100_001, (index) => `p/a@${index}\t${index + 1}\t0\t0`)), null],
    ['characters of its name', () => parseSizes(`p/a@${HUGE}\t7\t0\t0\n`), null],
    ['numbers', () => parseWritten(many(100_001, () => '0')), null],
    ['names with a guid', () => parseIdentities(many(100_001, (index) => `p/${index}\t7`)), null],
    ['steps of a stream', () => parseSendEstimate(many(100_001, () => 'full\tp/a@s\t7')), null],
    ['clones', () => parseCosts(`7\t0\t${'p/c,'.repeat(9_999)}p/c\n`)?.get('7')?.clones, 10_000],
  ])('%s have a limit', (_, read, expected) => expect(read()).toEqual(expected))

  test('rows of a listing of datasets', () => {
    const kids = (count: number) =>
      many(count, (index) => `p/k${index}\tfilesystem\t${index + 1}\t1\t1\t-\t-\t-\t0\t0\t0\t0\toff\tyes\toff\t-\t-`)
    const read = (count: number) => parseDatasetListing(kids(count), DATASET_COLUMNS, { names: ['p'], recursive: true })
    expect(read(MOST_ROWS).fault).toBeNull()
    expect(read(MOST_ROWS + 1).fault?.reason).toContain('more than 20000 rows')
  })

  test('a line of nothing but tabs, and a million of empty lines', () => {
    for (const text of [`${'\t'.repeat(1e6)}\n`, '\n'.repeat(1e6)]) {
      expect(parseBeside(text, ['p/a']).fault).not.toBeNull()
      expect(parseDatasetListing(text, DATASET_COLUMNS, { names: ['p/a'], recursive: false }).fault).not.toBeNull()
      expect(longestBelow(text, 'p/a')).toBeNull()
      expect(onlyDirectories(text)).toBeNull()
    }
    expect(listNamesBelow(['zfs'], 'p/a').join(' ')).toContain('-r')
  })

  test('rights: sets that are named over and over come to no more than there are', () => {
    const set = Array.from({ length: 2000 }, (_, index) => `r${index}`).join(',')
    const grants = many(500, () => `\tuser u ${'@s,'.repeat(50)}send`)
    const text = `---- Permissions on p/a ----\nPermission sets:\n\t@s ${set}\nLocal permissions:\n${grants}`
    const found = parseRights(text)
    expect(Math.max(...found.map(({ rights }) => rights.length))).toBeLessThanOrEqual(301)
    expect(rightsOf(found, 'u', 'p/a').has('send')).toBe(true)
  })
})
