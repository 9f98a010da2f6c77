import type { FunctionSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { agoText } from '../duration.ts'
import { EXIT } from '../exit-codes.ts'

export const fnList: Command = {
  name: 'fn list',
  summary: 'The jobs that the schedule, the API and this command line can run.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['With --plain: name, schedule, next at, access, summary.'],
  async run(_, { connect, out, io }) {
    const connection = await connect()
    const { items } = await connection.get<{ readonly items: readonly FunctionSummaryView[] }>('/api/functions')
    if (out.format === 'json') out.json('functions/1', { items })
    else if (out.format === 'plain')
      for (const { name, schedule, nextAt, access, summary } of items)
        out.record([name, schedule, nextAt, access, summary])
    else
      out.table(
        [{ title: 'FUNCTION' }, { title: 'SCHEDULE' }, { title: 'NEXT' }, { title: 'INPUT' }, { title: 'SUMMARY' }],
        items.map(({ name, schedule, nextAt, input, summary }) => [
          name,
          schedule ?? '-',
          nextAt === null ? '-' : agoText(nextAt, io.now()),
          fieldNames(input).join(', ') || '-',
          summary,
        ]),
      )
    return EXIT.DONE
  },
}

function fieldNames(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  return typeof schema.properties === 'object' && schema.properties !== null ? Object.keys(schema.properties) : []
}
