import { expect, test } from 'bun:test'
import { isWithin, parentOf, poolOf, splitBookmark, splitSnapshot } from './paths.ts'

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
