import type { AuditView } from '../api-types.ts'
import { wholeNumber } from '../arguments.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { readPages } from '../pages.ts'

export const audit: Command = {
  name: 'audit',
  summary: 'Who did what, from where, why, and what came of it; newest first.',
  usage: '[--actor NAME] [--action WORDS] [--target WHAT] [--limit N]',
  operands: [0, 0],
  options: [
    { name: 'actor', value: 'NAME', summary: 'Only of this user or token.' },
    { name: 'action', value: 'WORDS', summary: 'Only these: repair, login, tokenCreate …' },
    { name: 'target', value: 'WHAT', summary: 'Only what was done to this dataset, run, user or token.' },
    { name: 'limit', value: 'N', summary: 'At most so many (20).' },
  ],
  help: ['With --plain: id, at, kind, who, role, address, action, target, result, code, reason.'],
  async run(args, context) {
    const { out } = context
    const connection = await context.connect()
    const most = wholeNumber('--limit', args.text('limit') ?? '20')
    const query = { actor: args.text('actor'), action: args.text('action'), target: args.text('target') }
    const { items } = await readPages<AuditView>(connection, '/api/audit', query, { most, pageSize: 500 })
    if (out.format === 'json') out.json('audit/1', { items })
    else if (out.format === 'plain')
      for (const { id, at, actor, action, target, result, code, reason } of items)
        out.record([id, at, actor.kind, actor.name, actor.role, actor.address, action, target, result, code, reason])
    else if (items.length > 0)
      out.table(
        ['AT', 'WHO', 'FROM', 'WHAT', 'RESULT', 'WHY'].map((title) => ({ title })),
        items.map(({ at, actor, action, target, result, code, reason }) => [
          at,
          `${actor.kind.toLowerCase()} ${actor.name}`,
          actor.address ?? '',
          target === null ? action : `${action} ${target}`,
          code === null ? result : `${result} ${code}`,
          reason ?? '',
        ]),
      )
    if (items.length === 0) out.note('No entry matches.')
    return EXIT.DONE
  },
}
