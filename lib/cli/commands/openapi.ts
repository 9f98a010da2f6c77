import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const openapi: Command = {
  name: 'openapi',
  summary: 'The description of the API (OpenAPI 3.1, JSON).',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, { connect, out }) {
    const connection = await connect()
    out.raw(await connection.get('/api/openapi.json'))
    return EXIT.DONE
  },
}
