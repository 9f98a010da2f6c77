import type { SetAsideListView } from '../answers.ts'
import type { OptionSpec } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { byHostOrDataset, type Connection, SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { agoText, sizeOrUnknown } from '../render/words.ts'
import { paint } from '../text.ts'

/** Of what zwitness leaves on a SAN and never removes: anchors and set-asides. */
export const SCRIPT_OPTION: OptionSpec = {
  name: 'script',
  summary: "Write the script that removes them, for the SAN's admin; nothing runs it.",
}

export async function writeScript(
  { io, out }: Context,
  connection: Connection,
  path: string,
  operand: string | undefined,
): Promise<ExitCode> {
  io.stdout(await byHostOrDataset(operand, (query) => connection.text(path, 'text/x-shellscript', query, SLOW)))
  out.note('Read it, then run it as root on the SAN: sh FILE says what it would do, sh FILE --really does it.')
  return EXIT.DONE
}

export const setAsides: Command = {
  name: 'set-asides',
  summary: 'What repairs moved out of the way and kept: how old, what it would free, which run made it.',
  usage: '[<host>|<id>] [--script]',
  operands: [0, 1],
  proposes: ['host or dataset'],
  options: [SCRIPT_OPTION],
  help: [
    'zwitness never removes a set-aside. The script says what it would do, and does it only with --really, on the SAN.',
    'With --plain: name, role, dataset, host, pool, made at, bytes freed by removing it, snapshots, of them held, run, pinned snapshot, kept because.',
  ],
  async run(args, context) {
    const { out, io } = context
    const operand = args.operands[0]
    const connection = await context.connect()
    if (args.flag('script')) return writeScript(context, connection, '/api/set-asides/script', operand)
    const list = await byHostOrDataset(operand, (query) =>
      connection.get<SetAsideListView>('/api/set-asides', query, SLOW),
    )
    const { items, pools, unseen } = list
    if (out.format === 'json') out.json('set-asides/1', list)
    else if (out.format === 'plain') for (const row of items) out.record(recordOf(row))
    else if (items.length > 0) {
      out.table(
        [
          { title: 'SET-ASIDE' },
          { title: 'AGE', align: 'right' },
          { title: 'FREES', align: 'right' },
          { title: 'SNAPSHOTS', align: 'right' },
          { title: 'RUN' },
          { title: 'WHY' },
        ],
        items.map((row) => [
          `${row.host}:${row.name}`,
          agoText(row.madeAt, io.now()).replace(' ago', ''),
          sizeOrUnknown(row.usedBytes),
          `${row.snapshots}${row.heldSnapshots > 0 ? ` (${row.heldSnapshots} held)` : ''}`,
          row.madeBy?.runId ?? '?',
          row.keepBecause === null ? (row.madeBy?.reason ?? 'not known') : paint('yellow', row.keepBecause),
        ]),
      )
      out.line()
      for (const { host, pool, count, usedBytes } of pools)
        out.line(`${host} ${pool}: ${count}, together ${sizeOrUnknown(usedBytes)}`)
    }
    if (items.length === 0 && unseen.length === 0) out.note('There are no set-asides.')
    for (const { datasetId, host, because } of unseen)
      out.note([paint('yellow', 'Not known: '), `${datasetId} on ${host}: ${because}`])
    return unseen.length > 0 ? EXIT.LATER : EXIT.DONE
  },
}

function recordOf(row: SetAsideListView['items'][number]): (string | number | null)[] {
  return [
    row.name,
    row.role,
    row.datasetId,
    row.host,
    row.pool,
    row.madeAt,
    row.usedBytes,
    row.snapshots,
    row.heldSnapshots,
    row.madeBy?.runId ?? null,
    row.pins,
    row.keepBecause,
  ]
}
