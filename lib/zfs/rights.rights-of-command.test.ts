import { describe, expect, test } from 'bun:test'
import { destroyBookmark, destroySnapshots, discardPartial, rollback } from './destructive-commands.ts'
import { neededOnBackup, neededOnPrimary, rightsOfCommand } from './rights.ts'
import { send } from './send-commands.ts'
import { setMark } from './witness-mark.ts'
import {
  bookmark,
  clone,
  hold,
  promote,
  receive,
  rename,
  setCanmount,
  setLimit,
  setReadonly,
} from './write-commands.ts'

const ZFS = ['sudo', '-n', 'zfs']
const options = { raw: false, largeBlocks: true, compressed: true, embedded: false }
const B = 'vault/b'
const names = (of: ReturnType<typeof rightsOfCommand>) => [of.required.join(','), of.wanted.join(',')]
const between = { kind: 'snapshot', name: 'a', between: true } as const

test.each<[string, readonly string[], boolean, string, string]>([
  ['an increment', send(ZFS, { to: 'tank/a@b', from: between, options }), false, 'send,hold', ''],
  ['receiving it', receive(ZFS, { dataset: B, readonlyOn: false }), false, 'receive:append,mount', ''],
  [
    'a new line with a property',
    receive(ZFS, { dataset: B, readonlyOn: true, properties: { 'a:b': 'x=y' } }),
    true,
    'receive:append,mount,create',
    'readonly,userprop',
  ],
  ['a clone', clone(ZFS, `${B}@a`, `${B}.next`, { readonly: 'on' }), false, 'clone,create,mount,readonly', ''],
  ['promote', promote(ZFS, B), false, 'promote,mount', ''],
  ['rename', rename(ZFS, 'filesystem', B, `${B}.aside`), false, 'rename,create,mount', ''],
  ['canmount', setCanmount(ZFS, B, 'noauto'), false, 'canmount', ''],
  ['readonly', setReadonly(ZFS, B), false, 'readonly', ''],
  ['a limit', setLimit(ZFS, B, 'refquota', '1000'), false, 'refquota', ''],
  ['a hold', hold(ZFS, 'zwitness', [`${B}@a`]), false, 'hold', ''],
  ['an anchor', bookmark(ZFS, 'tank/a@b', 'zw-00000000000000aa'), false, 'bookmark', ''],
  ['destroy of snapshots', destroySnapshots(ZFS, B, ['a', 'b'])[0] ?? [], false, 'destroy,mount', ''],
  ['destroy of a bookmark', destroyBookmark(ZFS, `${B}#a`), false, 'destroy,mount', ''],
  ['receive -A', discardPartial(ZFS, B), false, 'destroy,mount', ''],
  ['rollback', rollback(ZFS, `${B}@a`), false, 'rollback,mount', ''],
])('%s', (_, argv, isNew, required, wanted) => expect(names(rightsOfCommand(argv, isNew))).toEqual([required, wanted]))

test('a command that is not known is no command without rights', () =>
  expect(() => rightsOfCommand([...ZFS, 'destroy', B])).toThrow(RangeError))

describe('what is delegated is what the commands need, no more and no less', () => {
  const used = (...commands: readonly (readonly string[])[]) =>
    new Set(commands.flatMap((argv) => rightsOfCommand(argv, true)).flatMap((of) => [...of.required, ...of.wanted]))

  test('on the backup', () => {
    const commands = [
      receive(ZFS, { dataset: B, readonlyOn: true }),
      clone(ZFS, `${B}@a`, `${B}.next`, { readonly: 'on', canmount: 'noauto', atime: 'off' }),
      promote(ZFS, B),
      rename(ZFS, 'filesystem', B, `${B}.aside`),
      setCanmount(ZFS, B, 'on'),
      setReadonly(ZFS, B),
      setLimit(ZFS, B, 'quota', '1'),
      hold(ZFS, 'zwitness', [`${B}@a`]),
      setMark(ZFS, B, { witness: '00000000000000aa', at: 0 }),
    ]
    const needed = neededOnBackup(B, { appendOnly: true, recursive: false, properties: ['atime', 'quota', 'volsize'] })
    expect(new Set(needed.map(({ right }) => right))).toEqual(used(...commands))
  })

  test('on the primary', () => {
    const needed = neededOnPrimary('tank/a', { anchors: true, recursive: false })
    expect(new Set(needed.map(({ right }) => right))).toEqual(
      used(send(ZFS, { to: 'tank/a@b', from: between, options }), bookmark(ZFS, 'tank/a@b', 'zw-00000000000000aa')),
    )
  })
})
