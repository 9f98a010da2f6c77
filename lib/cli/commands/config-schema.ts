import { configJsonSchema } from '#config/json-schema.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const configSchema: Command = {
  name: 'config schema',
  summary: 'JSON Schema of the configuration file, for editors.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, { out }) {
    out.raw(configJsonSchema())
    return EXIT.DONE
  },
}
