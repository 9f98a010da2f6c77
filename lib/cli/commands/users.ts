import { PASSWORD_COST } from '#config/password-cost.ts'
import { passwordFault } from '#lib/auth/passwords.ts'
import { ROLES } from '#lib/text/ranks.ts'
import type { ChangedUserView, RemovedUserView, UserView } from '../answers.ts'
import type { Arguments, OptionSpec } from '../arguments.ts'
import { newPassword, PASSWORD_FILE } from '../ask.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'

const GIVEN = ROLES.filter((role) => role !== 'none')

export const ROLE_OPTION: OptionSpec = {
  name: 'role',
  value: 'ROLE',
  proposes: GIVEN,
  summary: 'viewer, operator or admin.',
}

/** As the API writes it. @throws UsageError */
export function roleOf(args: Arguments, byDefault: string): string {
  const role = (args.text('role') ?? byDefault).toLowerCase()
  if (GIVEN.some((known) => known === role)) return role.toUpperCase()
  throw new UsageError(`--role ${role}: write viewer, operator or admin.`)
}

export const userList: Command = {
  name: 'user list',
  summary: 'Who can sign in.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['With --plain: name, role, source (CONFIG: in app-config.yaml), made at.'],
  async run(_, context) {
    const { out } = context
    const connection = await context.connect()
    const { items } = await connection.get<{ readonly items: readonly UserView[] }>('/api/users')
    if (out.format === 'json') out.json('users/1', { items })
    else if (out.format === 'plain')
      for (const user of items) out.record([user.name, user.role, user.source, user.createdAt])
    else if (items.length > 0)
      out.table(
        [{ title: 'NAME' }, { title: 'ROLE' }, { title: 'DEFINED' }],
        items.map(({ name, role, source }) => [
          name,
          role.toLowerCase(),
          source === 'CONFIG' ? 'in the configuration, auth.users' : 'in the database',
        ]),
      )
    if (items.length === 0) out.note('Nobody can sign in yet: zwitness user add NAME --role admin')
    return EXIT.DONE
  },
}

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

export const userPasswd: Command = {
  name: 'user passwd',
  summary: 'Give somebody another password; every session of theirs ends.',
  usage: '<name> [--password-file FILE]',
  operands: [1, 1],
  proposes: ['user'],
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

export const userRole: Command = {
  name: 'user role',
  summary: 'Give somebody another role; it counts at once.',
  usage: '<name> --role operator',
  operands: [1, 1],
  proposes: ['user'],
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

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Remove somebody; every session and token of theirs ends.',
  usage: '<name>',
  operands: [1, 1],
  proposes: ['user'],
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
