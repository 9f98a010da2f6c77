import { describe, expect, test } from 'bun:test'
import {
  parseAllDatasets,
  parseAllSnapshots,
  parseCreations,
  parseOwnProperties,
  parsePropertyOfEach,
} from './plain-rows.ts'
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
