import type { Command } from '../command.ts'
import { SLOW } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { datasetPath } from '../option-values.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'Everything about a dataset as one plain note, for a ticket.',
  usage: '<id>',
  operands: [1, 1],
  options: [],
  help: ['It says what the last look saw. With --json: the same text in "text".'],
  async run({ operands: [id = ''] }, { connect, out }) {
    const connection = await connect()
    const { text } = await connection.get<{ readonly text: string }>(datasetPath(id, '/explain'), {}, SLOW)
    if (out.format === 'json') out.json('explanation/1', { text })
    else for (const line of text.trimEnd().split('\n')) out.line(line)
    return EXIT.DONE
  },
}
