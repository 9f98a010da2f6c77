import type { UserView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

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
