import type { RemovedUserView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Remove somebody; every session and token of theirs ends.',
  usage: '<name>',
  operands: [1, 1],
  options: [],
  help: ['The tokens that are revoked are named. What they did stays in the audit. The last admin cannot be removed.'],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    const connection = await context.connect()
    const { removed, tokens } = await connection.delete<RemovedUserView>(`/api/users/${encodeURIComponent(name)}`)
    if (out.format === 'json') out.json('removed/1', { removed, tokens })
    else {
      out.line(`${removed} is removed and signed out.`)
      for (const { sentence } of tokens) out.line(sentence)
    }
    return EXIT.DONE
  },
}
