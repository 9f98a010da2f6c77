import type { Context } from './command.ts'
import type { Connection } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'

/**
 * The service, for what makes no sense without one.
 * @throws Failure 7 that begins with `without`
 */
export async function runningService(context: Context, without: string): Promise<Connection> {
  const connection = await context.connectIfRunning()
  if (connection !== null) return connection
  const message = `${without}: no service runs in ${context.settings.dataDirectory}.`
  throw new Failure(EXIT.NO_SERVICE, message, { next: 'zwitness serve, or the same with --url' })
}
