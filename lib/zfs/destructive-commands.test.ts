import { expect, test } from 'bun:test'
import { destroyBookmark, destroySnapshots, discardPartial, rollback } from './destructive-commands.ts'

const ZFS = ['zfs'] as const
const B = 'vault/one'

test('snapshots are destroyed by their names, some dozens in a command', () => {
  expect(destroySnapshots(ZFS, B, ['a', 'b c'])).toEqual([['zfs', 'destroy', 'vault/one@a,b c']])
  expect(destroySnapshots(ZFS, B, [])).toEqual([])
  const many = Array.from({ length: 120 }, (_, n) => `s${n}`)
  const commands = destroySnapshots(ZFS, B, many)
  expect(commands).toHaveLength(3)
  expect(commands.flatMap((argv) => argv[2]?.split('@')[1]?.split(','))).toEqual(many)
})

test.each(['a,b', 'a%b', '', 'a@b', 'a/b'])('%j is no name of one snapshot', (name) => {
  expect(() => destroySnapshots(ZFS, B, ['fine', name])).toThrow()
})

test('a rollback takes nothing with it; no receive is forced', () => {
  expect(rollback(ZFS, 'vault/one@a')).toEqual(['zfs', 'rollback', 'vault/one@a'])
  expect(destroyBookmark(ZFS, 'vault/one#a')).toEqual(['zfs', 'destroy', 'vault/one#a'])
  expect(discardPartial(ZFS, B)).toEqual(['zfs', 'receive', '-A', B])
})
