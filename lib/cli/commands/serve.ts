import { directories } from '#lib/directories.ts'
import { type Arguments, type OptionSpec, wholeNumber } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { UsageError } from '../failure.ts'

export const PORT_OPTION: OptionSpec = { name: 'port', value: 'N', summary: 'TCP port (ZWITNESS_PORT, 8080).' }
export const HOST_OPTION: OptionSpec = {
  name: 'host',
  value: 'ADDRESS',
  summary: 'Address to listen on (ZWITNESS_HOST, 127.0.0.1); 0.0.0.0 for all.',
}

export const serve: Command = {
  name: 'serve',
  summary: 'Run the service: schedule, API, dashboard.',
  usage: '[--host ADDRESS] [--port N]',
  operands: [0, 0],
  options: [HOST_OPTION, PORT_OPTION],
  run: (args, { loaders, settings, io, out }) =>
    loaders.serve({
      directories: directories({ config: settings.configDirectory, data: settings.dataDirectory }),
      host: hostOf(args, io.env),
      port: portOf(args, io.env),
      onReady: (url) => out.note(`zwitness listens on ${url}`),
    }),
}

type Environment = Context['io']['env']

/** @throws UsageError */
export function portOf(args: Arguments, env: Environment): number {
  const text = args.text('port') ?? (env.ZWITNESS_PORT || '8080')
  const port = wholeNumber('--port', text, 0)
  if (port <= 65_535) return port
  throw new UsageError(`--port ${text}: write a port from 1 to 65535, or 0 for a free one.`)
}

export function hostOf(args: Arguments, env: Environment): string {
  return args.text('host') ?? (env.ZWITNESS_HOST || '127.0.0.1')
}
