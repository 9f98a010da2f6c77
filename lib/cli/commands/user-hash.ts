import { PASSWORD_COST } from '#config/password-cost.ts'
import { passwordFault } from '#lib/auth/password-rules.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { newPassword, PASSWORD_FILE } from '../new-password.ts'

export const userHash: Command = {
  name: 'user hash',
  summary: 'Print the hash of a password, for auth.users in the configuration.',
  usage: '[--password-file FILE]',
  operands: [0, 0],
  options: [PASSWORD_FILE],
  help: ['Asks no service. Write it as password_hash, in single quotes: it holds commas and dollar signs.'],
  async run(args, context) {
    const { out } = context
    const password = await newPassword(args, context)
    const fault = passwordFault(password, '')
    if (fault !== null) throw new UsageError(fault)
    const hash = await Bun.password.hash(password, PASSWORD_COST)
    if (out.format === 'json') out.json('hash/1', { hash })
    else out.line(hash)
    return EXIT.DONE
  },
}
