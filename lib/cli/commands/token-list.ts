import type { TokenView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { agoText } from '../duration.ts'
import { EXIT } from '../exit-codes.ts'

export const tokenList: Command = {
  name: 'token list',
  summary: 'The tokens of programs: what they may, when they were used, whether they still open.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: [
    'A token is never more than who made it is now: ROLE says what it may, and what it was made as where that is more.',
    'With --plain: id, name, role as made, state, made by, made at, ends at, used at, used from, role now.',
  ],
  async run(_, context) {
    const { out, io } = context
    const connection = await context.connect()
    const { items } = await connection.get<{ readonly items: readonly TokenView[] }>('/api/tokens')
    if (out.format === 'json') out.json('tokens/1', { items })
    else if (out.format === 'plain')
      for (const { id, name, role, state, createdBy, createdAt, expiresAt, usedAt, usedFrom, roleNow } of items)
        out.record([id, name, role, state, createdBy, createdAt, expiresAt, usedAt, usedFrom, roleNow])
    else if (items.length > 0)
      out.table(
        ['ID', 'NAME', 'ROLE', 'STATE', 'USED', 'ENDS', 'MADE BY'].map((title) => ({ title })),
        items.map((token) => [
          token.id,
          token.name,
          roleText(token),
          token.state.toLowerCase(),
          agoText(token.usedAt, io.now()),
          agoText(token.expiresAt, io.now()),
          token.createdBy,
        ]),
      )
    if (items.length === 0) out.note('No program has a token: zwitness token create NAME')
    return EXIT.DONE
  },
}

function roleText({ role, roleNow }: TokenView): string {
  const made = role.toLowerCase()
  if (roleNow === null || roleNow === role) return made
  return `${roleNow.toLowerCase()} (made as ${made})`
}
