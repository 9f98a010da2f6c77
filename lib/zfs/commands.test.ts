import { describe, expect, test } from 'bun:test'
import { DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2 } from './columns.ts'
import * as diffs from './directory-changes.ts'
import { UnsafeOperand, zpoolBeside } from './operand.ts'
import * as reads from './read-commands.ts'
import * as sends from './send-commands.ts'
import * as marks from './witness-mark.ts'
import * as writes from './write-commands.ts'

const commands = { ...diffs, ...reads, ...sends, ...marks, ...writes }

const ZFS = ['zfs']
const PLAIN = { raw: false, largeBlocks: false, compressed: false, embedded: false }
const said = (argv: readonly string[]): string => argv.join(' ')

describe('commands that look', () => {
  const columns =
    'name,type,guid,createtxg,creation,origin,snapshots_changed,receive_resume_token,written,used,referenced,available,readonly,mounted,encryption,encryptionroot,keystatus'

  test.each([
    [commands.listPools(ZFS, ['hqs8p1', 'hqs10p1']), 'zpool list -Hp -o name,health,readonly,size,free hqs8p1 hqs10p1'],
    [
      commands.listDatasets(ZFS, ['p/a', 'p/b'], { recursive: false, columns: DATASET_COLUMNS }),
      `zfs list -Hp -t filesystem,volume -o ${columns} p/a p/b`,
    ],
    [
      commands.listDatasets(ZFS, ['p/a'], { recursive: true, columns: DATASET_COLUMNS_BEFORE_2_2 }),
      `zfs list -Hp -t filesystem,volume -r -o ${columns.replace('snapshots_changed,', '')} p/a`,
    ],
    [
      commands.listSnapshots(ZFS, ['p/a', 'p/b']),
      'zfs list -Hp -t snapshot,bookmark -d 1 -o name,type,guid,createtxg,creation,userrefs p/a p/b',
    ],
    [commands.writtenSince(ZFS, 'p/a@s'), 'zfs get -Hp -o value written@s p/a'],
    [
      commands.getProperties(ZFS, 'p/a', ['readonly', 'canmount']),
      'zfs get -Hp -o property,value,source readonly,canmount p/a',
    ],
    [commands.probeReceive(ZFS, 'p/a'), 'zfs list -H -o name p/a/%recv'],
    [commands.listRights(ZFS, 'p'), 'zfs allow p'],
    [commands.version(ZFS), 'zfs version'],
    [commands.clock(), 'date +%s'],
  ])('%#', (argv, line) => expect(said(argv)).toBe(line))

  test('a listing of nothing would list the whole host, so it cannot be asked for', () => {
    expect(() => commands.listDatasets(ZFS, [], { recursive: false, columns: DATASET_COLUMNS })).toThrow('at least one')
    expect(() => commands.listSnapshots(ZFS, [])).toThrow('at least one')
  })
})

describe('commands that send', () => {
  const to = 'p/a@c d'
  test.each<[sends.SendStream, string]>([
    [{ to, from: { kind: 'nothing' }, options: PLAIN }, 'send -v -P p/a@c d'],
    [{ to, from: { kind: 'snapshot', name: 'a', between: true }, options: PLAIN }, 'send -v -P -I p/a@a p/a@c d'],
    [{ to, from: { kind: 'snapshot', name: 'a', between: false }, options: PLAIN }, 'send -v -P -i p/a@a p/a@c d'],
    [{ to, from: { kind: 'bookmark', name: 'zw-0f' }, options: PLAIN }, 'send -v -P -i p/a#zw-0f p/a@c d'],
    [
      { to, from: { kind: 'nothing' }, options: { raw: true, largeBlocks: true, compressed: true, embedded: true } },
      'send -v -P -w -L -e -c p/a@c d',
    ],
  ])('%j', (stream, line) => {
    expect(said(commands.send(ZFS, stream))).toBe(`zfs ${line}`)
    expect(said(commands.sendEstimate(ZFS, stream))).toBe(`zfs ${line.replace('send', 'send -n')}`)
  })

  test('a name with a space stays one word', () => {
    expect(commands.send(ZFS, { to, from: { kind: 'nothing' }, options: PLAIN }).at(-1)).toBe(to)
  })

  test('a token brings its own options', () => {
    expect(said(commands.sendResume(ZFS, '1-a-b8-789c'))).toBe('zfs send -v -P -t 1-a-b8-789c')
    expect(said(commands.resumeTokenFacts(ZFS, '1-a-b8-789c'))).toBe('zfs send -n -v -P -t 1-a-b8-789c')
  })
})

describe('commands that write', () => {
  test.each([
    [commands.receive(ZFS, { dataset: 'p/b', readonlyOn: false }), 'zfs receive -s -u p/b'],
    [commands.receive(ZFS, { dataset: 'p/b', readonlyOn: true }), 'zfs receive -s -u -o readonly=on p/b'],
    [commands.bookmark(ZFS, 'p/a@s', 'zw-0f'), 'zfs bookmark p/a@s p/a#zw-0f'],
    [commands.hold(ZFS, 'zw-run', ['p/a@1', 'p/a@2']), 'zfs hold zw-run p/a@1 p/a@2'],
    [commands.release(ZFS, 'zw-run', ['p/a@1']), 'zfs release zw-run p/a@1'],
    [
      commands.clone(ZFS, 'p/b@s', 'p/b.next', { readonly: 'on', 'org:note': 'a b' }),
      'zfs clone -o readonly=on -o org:note=a b p/b@s p/b.next',
    ],
    [commands.promote(ZFS, 'p/b'), 'zfs promote p/b'],
    [commands.rename(ZFS, 'filesystem', 'p/b', 'p/c'), 'zfs rename -u p/b p/c'],
    [commands.rename(ZFS, 'volume', 'p/b', 'p/c'), 'zfs rename p/b p/c'],
    [commands.setCanmount(ZFS, 'p/b', 'noauto'), 'zfs set canmount=noauto p/b'],
    [commands.setReadonly(ZFS, 'p/b'), 'zfs set readonly=on p/b'],
  ])('%#', (argv, line) => expect(said(argv)).toBe(line))

  test('nothing that destroys can be built', () => {
    for (const name of Object.keys(commands)) expect(name).not.toMatch(/destroy|rollback|abort|overwrite|force/i)
    const receive = commands.receive(ZFS, { dataset: 'p/b', readonlyOn: true })
    for (const flag of ['-F', '-A', '-d', '-e']) expect(receive).not.toContain(flag)
  })
})

describe('a word outside the grammar never reaches a command line', () => {
  const bad = ['', '-r', 'p/a;id', 'p/$(id)', "p/a'b", 'p/a\nb', 'p/a\u0000b', '/p/a', 'p/../a', 'p/a@s@t']
  test.each(bad)('%p', (name) => {
    const attempts = [
      () => commands.listPools(ZFS, [name]),
      () => commands.listDatasets(ZFS, ['p/ok', name], { recursive: true, columns: DATASET_COLUMNS }),
      () => commands.listSnapshots(ZFS, [name]),
      () => commands.probeReceive(ZFS, name),
      () => commands.getProperties(ZFS, 'p/a', ['org:note']),
      () => commands.receive(ZFS, { dataset: name, readonlyOn: false }),
      () => commands.send(ZFS, { to: `${name}@s`, from: { kind: 'nothing' }, options: PLAIN }),
      () =>
        commands.send(ZFS, {
          to: 'p/a@s',
          from: { kind: 'snapshot', name: `${name}@`, between: true },
          options: PLAIN,
        }),
      () => commands.send(ZFS, { to: 'p/a@s', from: { kind: 'bookmark', name: `${name}#` }, options: PLAIN }),
      () => commands.sendResume(ZFS, name),
      () => commands.bookmark(ZFS, 'p/a@s', `${name}#`),
      () => commands.clone(ZFS, 'p/a@s', name, {}),
      () => commands.promote(ZFS, name),
      () => commands.rename(ZFS, 'volume', 'p/a', name),
      () => commands.hold(ZFS, `${name} `, ['p/a@s']),
    ]
    for (const attempt of attempts) expect(attempt).toThrow(UnsafeOperand)
  })

  test('neither does a property with a newline in it', () => {
    expect(() => commands.clone(ZFS, 'p/a@s', 'p/b', { mountpoint: '/x\ny' })).toThrow(UnsafeOperand)
    expect(() => commands.clone(ZFS, 'p/a@s', 'p/b', { 'a=b': 'c' })).toThrow(UnsafeOperand)
  })

  test('a pool is not a path', () => expect(() => commands.listPools(ZFS, ['p/a'])).toThrow('no pool'))
})

test.each([
  [['zfs'], ['zpool']],
  [['/usr/local/sbin/zfs-logged'], ['zpool']],
  [
    ['sudo', '-n', 'zfs'],
    ['sudo', '-n', 'zpool'],
  ],
  [
    ['sudo', '-n', '/usr/local/sbin/zfs'],
    ['sudo', '-n', '/usr/local/sbin/zpool'],
  ],
])('%j has %j beside it', (zfs, zpool) => expect(zpoolBeside(zfs)).toEqual(zpool))
