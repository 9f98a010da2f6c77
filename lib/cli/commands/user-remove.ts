import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Remove somebody; every session of theirs ends.',
  usage: '<name>',
  operands: [1, 1],
  options: [],
  help: ['What they did stays in the audit. The last admin cannot be removed.'],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    const connection = await context.connect()
    const { removed } = await connection.delete<{ readonly removed: string }>(`/api/users/${encodeURIComponent(name)}`)
    if (out.format === 'json') out.json('removed/1', { removed })
    else out.line(`${removed} is removed and signed out.`)
    return EXIT.DONE
  },
}
