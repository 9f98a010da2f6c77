import type { RunView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../failure.ts'
import { follow } from '../follow-up.ts'

export const check: Command = {
  name: 'check',
  summary: 'Look at everything now, or at the datasets named, and start nothing.',
  usage: '[<id>…] [--wait]',
  operands: [0, 1000],
  options: [
    { name: 'all', summary: 'All datasets, as without a name.' },
    { name: 'wait', summary: 'Until it has ended; the exit code is the result.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the run.' },
  ],
  async run(args, context) {
    const ids = args.operands
    if (ids.length > 0 && args.flag('all'))
      throw new UsageError('--all is everything: name datasets, or give --all.', 'zwitness datasets')
    const connection = await context.connect()
    const which = ids.length === 0 ? {} : { datasetIds: ids }
    const body = { ...which, mode: 'CHECK', reason: args.text('reason') ?? undefined }
    const run = await connection.post<RunView>('/api/run', body)
    return follow(context, connection, run, args.flag('wait'))
  },
}
