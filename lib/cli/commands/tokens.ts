import type { NewTokenView, RevokedTokenView, TokenView } from '../answers.ts'
import { parseDuration } from '../arguments.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { agoText } from '../render/words.ts'
import { ROLE_OPTION, roleOf } from './users.ts'

const DAY_SECONDS = 86_400

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Make a token for a program; it is printed this once.',
  usage: '<name> [--role operator] [--expires 90d]',
  operands: [1, 1],
  options: [
    ROLE_OPTION,
    { name: 'expires', value: 'TIME', summary: 'It ends after so long: 90d, 52w; whole days. Without it: never.' },
  ],
  help: [
    'Without --role: viewer. Programs send it as Authorization: Bearer, the command line takes it from ZWITNESS_TOKEN.',
    'The token itself is the only thing on stdout.',
  ],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    const expires = args.text('expires')
    const days = expires === null ? null : Math.max(1, Math.ceil(parseDuration('--expires', expires) / DAY_SECONDS))
    const role = roleOf(args, 'viewer')
    const connection = await context.connect()
    const made = await connection.post<NewTokenView>('/api/tokens', { name, role, days })
    if (out.format === 'json') out.json('token/1', made)
    else {
      out.line(made.token)
      const end = made.expiresAt === null ? 'it never ends' : `it ends ${made.expiresAt}`
      out.note(
        `${made.name} (${made.id}) is ${made.role.toLowerCase()}; ${end}. It is not kept and cannot be shown again.`,
      )
    }
    return EXIT.DONE
  },
}

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

export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'End a token at once, and those that it made.',
  usage: '<id or name>',
  operands: [1, 1],
  proposes: ['token'],
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
