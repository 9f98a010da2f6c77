import { describe, expect, test } from 'bun:test'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { mergeSnapshots } from './snapshots.ts'

/** `a5` is the snapshot with guid a, taken in second 5; its place in the list is its createtxg. */
function side(words: string): SnapshotEntry[] {
  return words
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => ({
      name: word,
      guid: word.charAt(0),
      createtxg: BigInt(index),
      creation: Number(word.slice(1)),
      holds: 0,
    }))
}

/** `a` both, `a<` only primary, `a>` only backup. */
function shown(primary: string, backup: string): string {
  const rows = mergeSnapshots(side(primary), side(backup))
  return rows.map((row) => row.guid + (row.backup === null ? '<' : row.primary === null ? '>' : '')).join(' ')
}

describe('two histories as one list', () => {
  test.each([
    ['', '', ''],
    ['a1 b2', '', 'a< b<'],
    ['', 'a1 b2', 'a> b>'],
    ['a1 b2 c3', 'a1 b2 c3', 'a b c'],
    ['a1 b2 c3', 'a1', 'a b< c<'],
    ['a1 b3', 'a1 x2 y4', 'a x> b< y>'],
    ['a1 c9', 'a1 x2 c9', 'a x> c'],
    ['a1 b2 d9', 'a1 x2 d9', 'a b< x> d'],
    ['c9', 'a1 b2 c9', 'a> b> c'],
  ])('%p and %p: %p', (primary, backup, list) => expect(shown(primary, backup)).toBe(list))

  test('order is createtxg: a clock that went back moves nothing', () => {
    expect(shown('a5 b3 c4', 'a5')).toBe('a b< c<')
  })

  test('a history that lies about its order loses no row', () => {
    expect(shown('a1 b2', 'b2 a1').split(' ').sort()).toEqual(['a', 'b'])
  })
})
