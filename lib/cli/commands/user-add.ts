import type { UserView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { newPassword, PASSWORD_FILE } from '../new-password.ts'
import { ROLE_OPTION, roleOf } from '../role-option.ts'

export const userAdd: Command = {
  name: 'user add',
  summary: 'Add somebody who can sign in.',
  usage: '<name> [--role operator] [--password-file FILE]',
  operands: [1, 1],
  options: [ROLE_OPTION, PASSWORD_FILE],
  help: ['Without --role: viewer.'],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    const role = roleOf(args, 'viewer')
    const password = await newPassword(args, context)
    const connection = await context.connect()
    const user = await connection.post<UserView>('/api/users', { name, role, password })
    if (out.format === 'json') out.json('user/1', user)
    else out.line(`${user.name} can sign in and is ${user.role.toLowerCase()}.`)
    return EXIT.DONE
  },
}
