import { describe, expect, test } from 'bun:test'
import { checkBookmarkName, checkDatasetName, checkSnapshotName, isDatasetName } from './names.ts'

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
