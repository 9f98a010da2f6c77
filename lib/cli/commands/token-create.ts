import type { NewTokenView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { parseDuration } from '../duration.ts'
import { EXIT } from '../exit-codes.ts'
import { ROLE_OPTION, roleOf } from '../role-option.ts'

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
