import type { UserView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { newPassword, PASSWORD_FILE } from '../new-password.ts'

export const userPasswd: Command = {
  name: 'user passwd',
  summary: 'Give somebody another password; every session of theirs ends.',
  usage: '<name> [--password-file FILE]',
  operands: [1, 1],
  options: [PASSWORD_FILE],
  async run(args, context) {
    const { out } = context
    const [name = ''] = args.operands
    const password = await newPassword(args, context)
    const connection = await context.connect()
    const user = await connection.patch<UserView>(`/api/users/${encodeURIComponent(name)}`, { password })
    if (out.format === 'json') out.json('user/1', user)
    else out.line(`${user.name} has another password; whoever was signed in as ${user.name} is signed out.`)
    return EXIT.DONE
  },
}
