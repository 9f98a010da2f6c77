import type { Command, Context } from '../command.ts'
import type { Connection } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { PORT_OPTION, portOf } from './serve.ts'

const LIMIT_MS = 5_000

export const healthz: Command = {
  name: 'healthz',
  summary: 'Is the service alive? 0 or 1, for the health check of a container.',
  usage: '[--port N]',
  operands: [0, 0],
  options: [PORT_OPTION],
  help: [
    'Asks --url, else the socket in the data directory, else 127.0.0.1 and the port. A broken dataset is no reason for 1.',
  ],
  async run(args, context) {
    const { out } = context
    try {
      const connection = await anyWay(context, portOf(args, context.io.env))
      const answer = await connection.get<{ readonly status: string }>('/healthz', {}, { timeoutMs: LIMIT_MS })
      if (out.format === 'json') out.json('health/1', answer)
      else out.line(answer.status)
      return EXIT.DONE
    } catch (error) {
      if (!(error instanceof Failure) || error.exit === EXIT.USAGE) throw error
      out.error(error.message)
      return EXIT.FAILED
    }
  },
}

async function anyWay(context: Context, port: number): Promise<Connection> {
  return (await context.connectIfRunning()) ?? context.connectTo(`http://127.0.0.1:${port}`)
}
