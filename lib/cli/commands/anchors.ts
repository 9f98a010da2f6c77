import type { AnchorListView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { SLOW } from '../connection.ts'
import { agoText } from '../duration.ts'
import { EXIT } from '../exit-codes.ts'
import { byHostOrDataset } from '../host-or-dataset.ts'
import { paint } from '../text.ts'

export const anchors: Command = {
  name: 'anchors',
  summary: 'The bookmarks that keep the chains on the primaries, and which of them nothing needs any more.',
  usage: '[<host>|<id>] [--script]',
  operands: [0, 1],
  options: [{ name: 'script', summary: "Write the script that removes them, for the SAN's admin; nothing runs it." }],
  help: [
    'zwitness cannot remove an anchor, and makes at most 20 on a dataset. The script removes those that are superseded.',
    'Snapshots that a first transfer needs are named below: they have to stay until it is complete.',
    'With --plain: name, host, use, snapshot on the primary, taken at, guid, reason.',
  ],
  async run(args, context) {
    const { out, io } = context
    const operand = args.operands[0]
    const connection = await context.connect()
    if (args.flag('script')) {
      const script = await byHostOrDataset(operand, (query) =>
        connection.text('/api/anchors/script', 'text/x-shellscript', query, SLOW),
      )
      io.stdout(script)
      out.note('Read it, then run it as root on the SAN: sh FILE says what it would do, sh FILE --really does it.')
      return EXIT.DONE
    }
    const list = await byHostOrDataset(operand, (query) => connection.get<AnchorListView>('/api/anchors', query, SLOW))
    const { items, datasets, transfers, unseen } = list
    if (out.format === 'json') out.json('anchors/1', list)
    else if (out.format === 'plain')
      for (const { name, host, use, snapshot, createdAt, guid, because } of items)
        out.record([name, host, use, snapshot, createdAt, guid, because])
    else if (items.length > 0) {
      out.table(
        [
          { title: 'ANCHOR' },
          { title: 'AGE', align: 'right' },
          { title: 'SNAPSHOT' },
          { title: 'USE' },
          { title: 'WHY' },
        ],
        items.map(({ host, name, createdAt, snapshot, use, because }) => [
          `${host}:${name}`,
          agoText(createdAt, io.now()).replace(' ago', ''),
          snapshot === null ? paint('dim', 'gone') : `@${snapshot}`,
          use,
          because,
        ]),
      )
    }
    for (const { host, dataset, count, limit } of datasets)
      if (count >= limit) out.note(paint('yellow', `${host}:${dataset} has ${count} anchors: no more are made.`))
    for (const { host, name, datasetId, state } of transfers)
      out.note([
        paint('yellow', 'Keep: '),
        `${host}:${name}. The first transfer of ${datasetId} ${state === 'RUNNING' ? 'runs' : 'was cut off'} and needs it until it has arrived in full.`,
      ])
    if (items.length === 0 && unseen.length === 0) out.note('There are no anchors.')
    for (const { datasetId, host, because } of unseen)
      out.note([paint('yellow', 'Not known: '), `${datasetId} on ${host}: ${because}`])
    return unseen.length > 0 ? EXIT.LATER : EXIT.DONE
  },
}
