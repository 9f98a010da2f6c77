import type { CanDestroyView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { paint } from '../text.ts'

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
