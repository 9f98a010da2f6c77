import { describe, expect, test } from 'bun:test'
import {
  hasAppendOnlyReceive,
  hasSnapshotsChanged,
  parseAllDatasets,
  parseAllSnapshots,
  parseClock,
  parseCreations,
  parseOwnProperties,
  parseProperties,
  parsePropertyOfEach,
  parseVersion,
  parseWrittenSince,
} from './answers.ts'
import { sudoWouldRun } from './read-commands.ts'

describe('small tables', () => {
  test('what can be read', () => {
    expect(parseOwnProperties('a\treadonly\na\torg:x\nb\tquota\n', ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', ['readonly', 'org:x']],
        ['b', ['quota']],
        ['c', []],
      ]),
    )
    expect(parsePropertyOfEach('a\ton\n', ['a'])).toEqual(new Map([['a', 'on']]))
    expect(parseAllDatasets('tank/a b\tvolume\t7\ttank/x@y\n')).toEqual([
      { name: 'tank/a b', type: 'volume', guid: '7', origin: 'tank/x@y' },
    ])
    expect(parseAllSnapshots('tank/a@s 1\t16949630131570962030\t9\n')).toEqual([
      { dataset: 'tank/a', name: 's 1', guid: '16949630131570962030', createtxg: 9n },
    ])
    expect(parseCreations('tank/a@s\t1700000000\n')).toEqual(new Map([['tank/a@s', 1700000000]]))
  })
  const bad: readonly [string, unknown][] = [
    ['a property of a dataset that was not asked for', parseOwnProperties('z\treadonly\n', ['a'])],
    ['a row with too many cells', parsePropertyOfEach('a\ton\tx\n', ['a'])],
    ['a guid of 0', parseAllDatasets('tank\tfilesystem\t0\t-\n')],
    ['a type that there is not', parseAllDatasets('tank\tthing\t7\t-\n')],
    ['a guid past 2^64', parseAllSnapshots('tank@a\t18446744073709551616\t1\n')],
    ['half a line', parseAllSnapshots('tank@a\t7\n')],
    ['a date for people', parseCreations('tank@a\tSun\n')],
  ]
  test.each(bad)('%s: the whole listing is not known', (_name, answer) => expect(answer).toBeNull())
  test('nothing is a listing too', () => expect(parseAllSnapshots('')).toEqual([]))
})

test('sudo is asked, not made to run', () => {
  expect(sudoWouldRun(['zfs', 'send'])).toBeNull()
  expect(sudoWouldRun(['sudo', '-n', 'zfs', 'receive', '-n', 'a'])).toEqual([
    'sudo',
    '-n',
    '-l',
    'zfs',
    'receive',
    '-n',
    'a',
  ])
})

/** As OpenZFS 2.3.9 printed it. */
const REAL = 'readonly\toff\tlocal\ncanmount\ton\tdefault\nmountpoint\t/pools/hqs1p1/s\tinherited from hqs1p1\n'
const NAMES = ['readonly', 'canmount', 'mountpoint']

test('reads values and where they come from', () => {
  const listing = parseProperties(REAL, NAMES)
  expect(listing.fault === null && [...listing.properties]).toEqual([
    ['readonly', { value: 'off', source: 'local' }],
    ['canmount', { value: 'on', source: 'default' }],
    ['mountpoint', { value: '/pools/hqs1p1/s', source: 'inherited' }],
  ])
})

test.each([
  ['a row too few', REAL.slice(0, REAL.indexOf('mountpoint'))],
  ['a row too many', `${REAL}atime\ton\tdefault\n`],
  ['another order', 'canmount\ton\tdefault\nreadonly\toff\tlocal\nmountpoint\t/x\tlocal\n'],
  ['a mount point that forges a row', REAL.replace('/pools/hqs1p1/s', '/x\tlocal\nreadonly\ton')],
  ['a mount point with a tab', REAL.replace('/pools/', '/po\tols/')],
  ['an unknown source', REAL.replace('default', 'hearsay')],
  ['a cut-off', REAL.slice(0, -1)],
])('%s is a fault', (_, text) => expect(parseProperties(text, NAMES).fault).not.toBeNull())

test('the clock', () => {
  expect(parseClock('1795376786\n')).toBe(1795376786)
  expect(parseClock('Sun Nov 22\n')).toBeNull()
  expect(parseClock('')).toBeNull()
})

test('written since a snapshot that is not there is unknown, not nothing', () => {
  expect(parseWrittenSince('316416\n')).toBe(316416)
  expect(parseWrittenSince('0\n')).toBe(0)
  expect(parseWrittenSince('-\n')).toBeNull()
})

test.each([
  ['zfs-2.3.9-0+deb13u1\nzfs-kmod-2.3.9-0+deb13u1\n', [2, 3, 9], true, true],
  ['zfs-2.3.2-1\nzfs-kmod-2.2.4-1\n', [2, 2, 4], true, false],
  ['zfs-2.1.15-1\nzfs-kmod-2.1.15-1\n', [2, 1, 15], false, false],
  ['zfs-2.4.0\n', [2, 4, 0], true, true],
] as const)('%j', (text, numbers, changed, append) => {
  const version = parseVersion(text)
  if (version === null) throw new Error('no version')
  expect([version.major, version.minor, version.patch]).toEqual([...numbers])
  expect(hasSnapshotsChanged(version)).toBe(changed)
  expect(hasAppendOnlyReceive(version)).toBe(append)
})

test('what is no version says nothing', () => expect(parseVersion('unrecognized command\n')).toBeNull())
