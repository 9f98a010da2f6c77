import { describe, expect, test } from 'bun:test'
import {
  anchorName,
  bytesOverForSetAside,
  checkBookmarkName,
  checkDatasetName,
  checkSnapshotName,
  guidFromHex,
  guidToHex,
  isDatasetName,
  isGuid,
  isUint64,
  isWithin,
  ownDatasetName,
  parentOf,
  parseAnchorName,
  parseOwnDatasetName,
  poolOf,
  runStamp,
  splitBookmark,
  splitSnapshot,
} from './names.ts'

const deep = (levels: number): string => Array.from({ length: levels }, () => 'p').join('/')

describe('checkDatasetName takes what ZFS takes', () => {
  test.each([
    'tank',
    'hqs8p1/HQS8DAT1',
    'hqs8p1/-x',
    'hqs8p1/.hidden',
    'hqs8p1/a..b',
    'hqs8p1/a:b_c-d.e',
    'hqs8p1/my data',
    'hqs8p1/ leading and trailing ',
    'logger/x',
    `p/${'a'.repeat(253)}`,
    deep(50),
  ])('%p', (name) => expect(checkDatasetName(name)).toBeNull())
})

describe('checkDatasetName refuses, and says what to write', () => {
  test.each([
    ['', 'is empty'],
    ['/tank/a', 'write it as "tank/a"'],
    ['tank/a/', 'write it as "tank/a"'],
    ['tank//a', 'no two slashes'],
    ['tank/a@b', 'write only the dataset, for example "tank/a"'],
    ['tank/a#b', 'write only the dataset'],
    ['tank/..', 'ZFS refuses'],
    ['tank/./a', 'ZFS refuses'],
    ['1tank/a', 'begins with a letter'],
    ['-tank', 'begins with a letter'],
    ['mirror-1/a', 'reserved'],
    ['log', 'reserved'],
    ['tank/%recv', 'holds "%"'],
    ["tank/a'b", `holds "'"`],
    ['tank/a;id', 'holds ";"'],
    ['tank/a$(id)', 'holds "$"'],
    ['tank/a\nb', 'holds "\\n"'],
    ['tank/a\tb', 'holds "\\t"'],
    ['tank/é', 'letters, digits'],
    [`p/${'a'.repeat(254)}`, '256 characters'],
    [deep(51), '51 levels deep'],
  ])('%p', (name, said) => expect(checkDatasetName(name)).toContain(said))
})

test('the config may refuse spaces', () => {
  expect(checkDatasetName('tank/my data', { allowSpaces: false })).toContain('a space')
  expect(checkDatasetName('tank/data', { allowSpaces: false })).toBeNull()
})

test('a faulty name never answers with a control character of its own', () => {
  expect(checkDatasetName('tank/\u001b[31m')).not.toContain('\u001b')
})

test.each([
  ['tank/a@snap 1', null],
  ['tank/a@auto-2026-11-22_10:00', null],
  ['tank/a', 'has no @'],
  ['tank/a@', 'empty part'],
  ['tank/a@b@c', 'holds "@"'],
  ['tank/a@b/c', 'holds "/"'],
  ['@b', 'is empty'],
  [`tank/a@${'s'.repeat(249)}`, '256 characters'],
])('checkSnapshotName %p', (name, said) => {
  const fault = checkSnapshotName(name)
  if (said === null) expect(fault).toBeNull()
  else expect(fault).toContain(said)
})

test('bookmarks are named with #', () => {
  expect(checkBookmarkName('tank/a#zw-00ff')).toBeNull()
  expect(checkBookmarkName('tank/a@x')).toContain('has no #')
})

test('isDatasetName is the full grammar', () => {
  expect(isDatasetName('tank/my data')).toBe(true)
  expect(isDatasetName('tank/a@b')).toBe(false)
})

test.each([
  ['tank', 'tank'],
  ['tank/a/b', 'tank'],
  ['tank@s', 'tank'],
  ['tank#m', 'tank'],
])('poolOf %p is %p', (name, pool) => expect(poolOf(name)).toBe(pool))

test('parentOf a pool is nobody', () => {
  expect(parentOf('tank/a/b')).toBe('tank/a')
  expect(parentOf('tank')).toBeNull()
})

test.each([
  ['tank/a', 'tank/a', true],
  ['tank/a/b', 'tank/a', true],
  ['tank/ab', 'tank/a', false],
  ['tank', 'tank/a', false],
])('isWithin(%p, %p) is %p', (child, root, within) => expect(isWithin(child, root)).toBe(within))

test('snapshots and bookmarks come apart at their mark, spaces kept', () => {
  expect(splitSnapshot('a/b@ c ')).toEqual({ dataset: 'a/b', snapshot: ' c ' })
  expect(splitBookmark('a/b#c')).toEqual({ dataset: 'a/b', bookmark: 'c' })
})

test.each(['a/b', '@c', 'a/b@', 'a#b'])('splitSnapshot %p is null', (name) => expect(splitSnapshot(name)).toBeNull())

test.each(['1', '13274492637528917951', '18446744073709551615'])('%p is a guid', (text) =>
  expect(isGuid(text)).toBe(true),
)

test.each([
  '0',
  '',
  '-1',
  '+1',
  '01',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '1\n',
  '18446744073709551616',
  '99999999999999999999',
  '123456789012345678901',
])('%p is none', (text) => expect(isGuid(text)).toBe(false))

test('a uint64 may be 0', () => expect(isUint64('0')).toBe(true))

test('hexadecimal, as resume tokens and our bookmarks have it, loses no digit', () => {
  expect(guidFromHex('0x65463ae0bf5178cd')).toBe('7297584983157340365')
  expect(guidToHex('7297584983157340365')).toBe('65463ae0bf5178cd')
  expect(guidToHex('255')).toBe('00000000000000ff')
  expect(guidFromHex('0x0')).toBeNull()
  expect(guidFromHex('65463ae0bf5178cd')).toBeNull()
  expect(guidFromHex('0x10000000000000000')).toBeNull()
})

test('guidToHex refuses what is no guid', () => expect(() => guidToHex('12a')).toThrow('no ZFS guid'))

const STAMP = '20261122T094500Z'

test('the stamp of a run is UTC', () => expect(runStamp(Date.UTC(2026, 10, 22, 9, 45) / 1000)).toBe(STAMP))

test.each(['aside', 'next', 'incoming'] as const)('a %s name is a ZFS name and is recognised', (role) => {
  const name = ownDatasetName('hqs1p1/HQS8DAT1', role, STAMP)
  expect(name).toBe(`hqs1p1/HQS8DAT1.zw-${role}-${STAMP}`)
  expect(checkDatasetName(name)).toBeNull()
  expect(parseOwnDatasetName(name)).toEqual({ role, of: 'hqs1p1/HQS8DAT1', stamp: STAMP })
})

test.each([
  'hqs1p1/HQS8DAT1',
  `hqs1p1/HQS8DAT1.zw-aside-${STAMP}/child`,
  'hqs1p1/HQS8DAT1.zw-aside-2026',
  `hqs1p1/HQS8DAT1.zw-other-${STAMP}`,
  `.zw-aside-${STAMP}`,
])("%p is somebody else's", (name) => expect(parseOwnDatasetName(name)).toBeNull())

test('an anchor carries the guid of its snapshot', () => {
  expect(anchorName('18025512721595135951')).toBe('zw-fa277c5128f677cf')
  expect(parseAnchorName('zw-fa277c5128f677cf')).toBe('18025512721595135951')
  for (const foreign of [
    'mark',
    'zw-',
    'zw-FA277C5128F677CF',
    'zw-fa27',
    'zw-fa277c5128f677cf0',
    'zw-0000000000000000',
  ])
    expect(parseAnchorName(foreign)).toBeNull()
})

test('room for the longest suffix is counted with what lies below', () => {
  expect(bytesOverForSetAside('p/'.padEnd(226, 'a'))).toBe(0)
  expect(bytesOverForSetAside('p/'.padEnd(227, 'a'))).toBe(1)
  expect(bytesOverForSetAside('p/'.padEnd(200, 'a'), '/child@snapshot'.length)).toBe(0)
  expect(bytesOverForSetAside('p/'.padEnd(220, 'a'), '/child@snapshot'.length)).toBe(9)
})
