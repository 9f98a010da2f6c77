import type { RunView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../failure.ts'
import { follow } from '../follow-up.ts'

export const run: Command = {
  name: 'run',
  summary: 'Look at all datasets and start the repairs that the policy allows; destroys nothing.',
  usage: '[--all | --pair NAME] [--wait]',
  operands: [0, 0],
  options: [
    { name: 'all', summary: 'All datasets (also without it).' },
    { name: 'pair', value: 'NAME', summary: 'Only this pair.' },
    { name: 'wait', summary: 'Until the look has ended; the exit code is its result. Repairs are runs of their own.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the run.' },
  ],
  async run(args, context) {
    const pair = args.text('pair')
    if (pair !== null && args.flag('all')) throw new UsageError('Give --all or --pair, not both.')
    const connection = await context.connect()
    const body = { pair: pair ?? undefined, reason: args.text('reason') ?? undefined }
    const begun = await connection.post<RunView>('/api/run', body)
    return follow(context, connection, begun, args.flag('wait'))
  },
}
