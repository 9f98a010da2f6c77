import { DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2 } from '#lib/zfs/columns.ts'
import * as diffs from '#lib/zfs/directory-changes.ts'
import type { Argv } from '#lib/zfs/operand.ts'
import * as reads from '#lib/zfs/read-commands.ts'
import type { SendFrom, SendOptions, SendStream } from '#lib/zfs/send-commands.ts'
import * as sends from '#lib/zfs/send-commands.ts'
import type { WitnessMark } from '#lib/zfs/witness-mark.ts'
import * as marks from '#lib/zfs/witness-mark.ts'
import * as writes from '#lib/zfs/write-commands.ts'
import type { Scenario } from '../scenario.ts'
import { aToken, typed } from '../typed.ts'

const build = { ...diffs, ...marks, ...reads, ...sends, ...writes }
const ZFS = ['zfs']
const plain: SendOptions = { raw: false, largeBlocks: false, compressed: false, embedded: false }
const all: SendOptions = { raw: true, largeBlocks: true, compressed: true, embedded: true }
const usual: SendOptions = { ...plain, largeBlocks: true, compressed: true }

const stream = (to: string, from: SendFrom, options = usual): SendStream => ({ to, from, options })
const whole = stream('A/src@s1', { kind: 'nothing' })
const onward = stream('A/src@s3', { kind: 'snapshot', name: 's1', between: true })
const hop = stream('A/src@s3', { kind: 'snapshot', name: 's1', between: false })
const mark: WitnessMark = { witness: '0123456789abcdef', at: Date.UTC(2026, 10, 30) }
const fromMark = stream('A/src@s4', { kind: 'bookmark', name: 'zw-00000000000000aa' })

/** Every command that the product can build, exactly as it builds it; `as` is put before each. */
function commandsOfTheProduct(as: '' | 'admin '): readonly string[] {
  const line = (argv: Argv, tokenOf?: string): string => as + typed(argv, tokenOf)
  // How far a send is depends on how fast the machine is: those lines are left out.
  const sent = (argv: Argv, into: Argv, tokenOf?: string): string =>
    `{ ${line(argv, tokenOf)} 2>$T/e; echo $? >$T/r; } | ${line(into)}; r=$?; grep -v '^[0-9][0-9]:' $T/e; echo $(cat $T/r) $r`
  const into = (dataset: string, readonlyOn = false): Argv => build.receive(ZFS, { dataset, readonlyOn })
  const have = (names: readonly string[], recursive = false): string =>
    line(build.listDatasets(ZFS, names, { recursive, columns: DATASET_COLUMNS }))

  return [
    line(build.version(ZFS)),
    line(build.clock()),
    line(build.listPools(ZFS, ['P', 'Q'])),
    have(['A/src', 'A/vol', 'B']),
    have(['A'], true),
    line(build.listDatasets(ZFS, ['A'], { recursive: true, columns: DATASET_COLUMNS_BEFORE_2_2 })),
    have(['A/src', 'A/nope']),
    line(build.listSnapshots(ZFS, ['A/src', 'A/vol', 'B'])),
    line(build.listSnapshots(ZFS, ['A/src', 'A/nope'])),
    line(build.writtenSince(ZFS, 'A/src@s4')),
    line(build.writtenSince(ZFS, 'A/src@nope')),
    line(build.getProperties(ZFS, 'A/src', ['readonly', 'canmount', 'mountpoint', 'quota', 'encryption'])),
    line(build.listRights(ZFS, 'A/src')),
    line(build.listRights(ZFS, 'B')),

    ...[
      whole,
      onward,
      hop,
      stream('A/src@s3', { kind: 'nothing' }, all),
      stream('A/src@nope', { kind: 'nothing' }),
    ].map((one) => line(build.sendEstimate(ZFS, one))),
    sent(build.send(ZFS, whole), into('B/t', true)),
    have(['B/t']),
    line(build.getProperties(ZFS, 'B/t', ['readonly', 'canmount'])),
    line(build.probeReceive(ZFS, 'B/t')),
    `${line(build.send(ZFS, onward))} 2>/dev/null | head -c 120000 | ${line(into('B/t'))}`,
    line(build.probeReceive(ZFS, 'B/t')),
    have(['B/t']).replace(/receive_resume_token,/, ''),
    line(build.resumeTokenFacts(ZFS, aToken), '$B/t'),
    sent(build.sendResume(ZFS, aToken), into('B/t'), '$B/t'),
    sent(build.send(ZFS, stream('A/src@s3', { kind: 'snapshot', name: 's2', between: true })), into('B/t')),
    line(build.listSnapshots(ZFS, ['B/t'])),
    line(build.writtenSince(ZFS, 'B/t@s3')),

    line(build.bookmark(ZFS, 'A/src@s3', 'zw-00000000000000aa')),
    line(build.bookmark(ZFS, 'A/src@s3', 'zw-00000000000000aa')),
    line(build.sendEstimate(ZFS, fromMark)),
    sent(build.send(ZFS, fromMark), into('B/t')),
    line(build.listSnapshots(ZFS, ['A/src', 'B/t'])),

    line(build.hold(ZFS, 'zw-run-7', ['B/t@s1', 'B/t@s3'])),
    line(build.release(ZFS, 'zw-run-7', ['B/t@s1', 'B/t@s3'])),
    'zfs release zw-run-7 $B/t@s1 $B/t@s3',

    line(build.clone(ZFS, 'B/t@s1', 'B/t.zw-next-20261122T000000Z', { readonly: 'on', canmount: 'noauto' })),
    line(build.promote(ZFS, 'B/t.zw-next-20261122T000000Z')),
    line(build.rename(ZFS, 'filesystem', 'B/t', 'B/t.zw-aside-20261122T000000Z')),
    line(build.rename(ZFS, 'filesystem', 'B/t.zw-next-20261122T000000Z', 'B/t')),
    line(build.setCanmount(ZFS, 'B/t.zw-aside-20261122T000000Z', 'noauto')),
    line(build.setReadonly(ZFS, 'B/t')),
    have(['B'], true),
    sent(build.send(ZFS, stream('A/src@s4', { kind: 'snapshot', name: 's1', between: true })), into('B/t')),
    line(build.listSnapshots(ZFS, ['B/t', 'B/t.zw-aside-20261122T000000Z'])),

    sent(build.send(ZFS, stream('A/vol@v1', { kind: 'nothing' })), into('B/vol', true)),
    line(build.rename(ZFS, 'volume', 'B/vol', 'B/vol.zw-aside-20261122T000000Z')),
    sent(build.send(ZFS, stream('A/vol@v1', { kind: 'nothing' }, plain)), into('B/vol')),
    sent(build.send(ZFS, stream('A/src@s4', { kind: 'nothing' }, { ...usual, raw: true })), into('B/raw')),
    have(['B/vol', 'B/raw']),

    line(build.renameSnapshot(ZFS, 'B/t@s4', 's4.zw-00000000000000aa')),
    line(build.renameSnapshot(ZFS, 'B/t@s4', 's5')),
    line(build.renameSnapshot(ZFS, 'B/t@s3', 's2')),
    line(build.listSnapshots(ZFS, ['B/t'])),
    line(build.getMark(ZFS, 'B/t')),
    line(build.setMark(ZFS, 'B/t', mark)),
    line(build.getMark(ZFS, 'B/t')),
    line(build.getMark(ZFS, 'B/t.zw-aside-20261122T000000Z')),
    line(build.getMark(ZFS, 'B/nope')),
    sent(
      build.send(ZFS, whole),
      build.receive(ZFS, {
        dataset: 'B/first',
        readonlyOn: true,
        properties: { [build.WITNESS_MARK]: build.markValue(mark) },
      }),
    ),
    line(build.getMark(ZFS, 'B/first')),
  ]
}

const stage = [
  'zfs create -p $A/src; zfs create $B; zfs create -V 4M $A/vol',
  ':fill $A/src 300000',
  'zfs snapshot $A/src@s1 $A/vol@v1',
  ':fill $A/src 300000',
  'zfs snapshot $A/src@s2; zfs snapshot $A/src@s3',
  ':fill $A/src 200000',
  'zfs snapshot $A/src@s4',
]

/** What the product says to a SAN, as root. */
export const product: Scenario = { name: 'product', lines: [...stage, ...commandsOfTheProduct('')] }

/** The same as the unprivileged user, with the rights that the installation page delegates and no others. */
export const delegated: Scenario = {
  name: 'delegated',
  lines: [
    ...stage,
    'zfs allow zfsadmin send,hold,bookmark $A; zfs allow zfsadmin receive:append,create,mount,rename,hold,clone,promote,readonly,canmount,userprop $B',
    ...commandsOfTheProduct('admin '),
  ],
}
