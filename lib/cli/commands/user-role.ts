import type { ChangedUserView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { ROLE_OPTION, roleOf } from '../role-option.ts'

export const userRole: Command = {
  name: 'user role',
  summary: 'Give somebody another role; it counts at once.',
  usage: '<name> --role operator',
  operands: [1, 1],
  options: [ROLE_OPTION],
  help: [
    'Tokens that they made are never more than they are; those that become less are named. The last admin stays one.',
  ],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    if (args.text('role') === null) throw new UsageError('Which role? Write --role viewer, operator or admin.')
    const role = roleOf(args, '')
    const connection = await context.connect()
    const user = await connection.patch<ChangedUserView>(`/api/users/${encodeURIComponent(name)}`, { role })
    if (out.format === 'json') out.json('user/1', user)
    else {
      out.line(`${user.name} is ${user.role.toLowerCase()} now.`)
      for (const { sentence } of user.tokens) out.line(sentence)
    }
    return EXIT.DONE
  },
}
