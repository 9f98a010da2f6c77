import type { RevokedTokenView, TokenView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'End a token at once, and those that it made.',
  usage: '<id or name>',
  operands: [1, 1],
  options: [],
  async run(args, context) {
    const { out } = context
    const [wanted = ''] = args.operands
    const connection = await context.connect()
    const { items } = await connection.get<{ readonly items: readonly TokenView[] }>('/api/tokens')
    // Of one name only one is in use, so the name of one that opens still means that one.
    const found =
      items.find(({ id }) => id === wanted) ?? items.find(({ name, state }) => name === wanted && state !== 'REVOKED')
    if (found === undefined)
      throw new Failure(EXIT.NOT_FOUND, `There is no token ${wanted} that could be revoked.`, {
        next: 'zwitness token list',
      })
    const token = await connection.delete<RevokedTokenView>(`/api/tokens/${encodeURIComponent(found.id)}`)
    if (out.format === 'json') out.json('token/1', token)
    else {
      out.line(`${token.name} (${token.id}) opens nothing any more.`)
      for (const { id, name } of token.alsoRevoked) out.line(`So does ${name} (${id}), which it had made.`)
    }
    return EXIT.DONE
  },
}
