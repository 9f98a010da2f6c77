import type { AnchorListView, CanDestroyView } from '../answers.ts'
import type { Command } from '../command.ts'
import { byHostOrDataset, SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { agoText } from '../render/words.ts'
import { paint } from '../text.ts'
import { SCRIPT_OPTION, writeScript } from './set-asides.ts'

export const canDestroy: Command = {
  name: 'can-destroy',
  summary: 'May this snapshot be destroyed without breaking a chain? For pruning scripts.',
  usage: '[<host>:]<pool/dataset>@<snapshot>',
  operands: [1, 1],
  options: [],
  help: [
    'Ends with 0: it may; 4: not yet; 3: no mapping has that dataset, or there is no such snapshot; 75: a side could not be read, so it is a no for now. The reason is on stdout. Any other end is a no too.',
    'With --plain: answer, code, snapshot, reason; then one line for each mapping: answer, code, dataset, host, reason.',
  ],
  async run({ operands: [snapshot = ''] }, { connect, out }) {
    const connection = await connect()
    const view = await connection.get<CanDestroyView>('/api/can-destroy', { snapshot }, SLOW)
    if (out.format === 'json') out.json('can-destroy/1', view)
    else if (out.format === 'plain') {
      const first = view.mappings.find(({ because }) => because === view.because)
      out.record([view.answer, first?.code ?? null, view.snapshot, view.because])
      for (const { answer, code, datasetId, host, because } of view.mappings)
        out.record([answer, code, datasetId, host, because])
    } else {
      out.line([WORDS[view.answer] ?? view.answer, `: ${view.because}`])
      if (view.mappings.length > 1)
        for (const { answer, datasetId, because } of view.mappings) out.line(`  ${datasetId}: ${answer}: ${because}`)
    }
    // An answer of a newer service that is not known here is no yes.
    return EXITS[view.answer] ?? EXIT.LATER
  },
}

const WORDS = {
  YES: paint('green', 'yes'),
  NO: paint('yellow', 'no'),
  UNKNOWN: paint('yellow', 'unknown'),
} as const

const EXITS: Readonly<Record<string, ExitCode>> = { YES: EXIT.DONE, NO: EXIT.ATTENTION, UNKNOWN: EXIT.LATER }

export const anchors: Command = {
  name: 'anchors',
  summary: 'The bookmarks that keep the chains on the primaries, and which of them nothing needs any more.',
  usage: '[<host>|<id>] [--script]',
  operands: [0, 1],
  proposes: ['host or dataset'],
  options: [SCRIPT_OPTION],
  help: [
    'zwitness cannot remove an anchor, and makes at most 20 on a dataset. The script removes those that are superseded.',
    'Snapshots that a first transfer needs are named below: they have to stay until it is complete.',
    'With --plain: name, host, use, snapshot on the primary, taken at, guid, reason.',
  ],
  async run(args, context) {
    const { out, io } = context
    const operand = args.operands[0]
    const connection = await context.connect()
    if (args.flag('script')) return writeScript(context, connection, '/api/anchors/script', operand)
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
