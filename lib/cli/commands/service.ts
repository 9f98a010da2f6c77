import { aboutThis } from '#lib/app/about.ts'
import { directories } from '#lib/app/settings.ts'
import type { VersionView } from '../answers.ts'
import { type Arguments, type OptionSpec, wholeNumber } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import type { Connection } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure, UsageError } from '../failure.ts'

const PORT_OPTION: OptionSpec = { name: 'port', value: 'N', summary: 'TCP port (ZWITNESS_PORT, 8080).' }
const HOST_OPTION: OptionSpec = {
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
function portOf(args: Arguments, env: Environment): number {
  const text = args.text('port') ?? (env.ZWITNESS_PORT || '8080')
  const port = wholeNumber('--port', text, 0)
  if (port <= 65_535) return port
  throw new UsageError(`--port ${text}: write a port from 1 to 65535, or 0 for a free one.`)
}

function hostOf(args: Arguments, env: Environment): string {
  return args.text('host') ?? (env.ZWITNESS_HOST || '127.0.0.1')
}

export const demo: Command = {
  name: 'demo',
  summary: 'Run the service with simulated SANs in a temporary directory: nothing is real.',
  usage: '[--host ADDRESS] [--port N]',
  operands: [0, 0],
  options: [HOST_OPTION, PORT_OPTION],
  run: (args, { loaders, io, out }) =>
    loaders.demo({
      host: hostOf(args, io.env),
      port: portOf(args, io.env),
      onReady: (url) => out.note(`The demo listens on ${url}; Ctrl-C ends it.`),
    }),
}

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

export const version: Command = {
  name: 'version',
  summary: 'The version of this program, and of the service if one runs.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, context) {
    const { out } = context
    const { version: own, commit, bun } = aboutThis({ bootId: '', startedAt: 0, demo: false })
    const service = await serviceVersion(context)
    if (out.format === 'json') out.json('version/1', { version: own, commit, bun, service })
    else if (out.format === 'plain') out.record([own, commit, bun, service?.version ?? null])
    else {
      out.line(`zwitness ${own}${commit === null ? '' : ` (${commit})`}, Bun ${bun}`)
      if (service !== null)
        out.line(`service  ${service.version}, since ${service.startedAt}${service.demo ? ', demo' : ''}`)
    }
    if (service !== null && service.version !== own)
      out.note('This program and the service are not the same version; use those of one image.')
    return EXIT.DONE
  },
}

/** Null where none runs. Which version this program has can be said in any case. */
async function serviceVersion(context: Context): Promise<VersionView | null> {
  try {
    const connection = await context.connectIfRunning()
    return connection === null ? null : await connection.get<VersionView>('/api/version')
  } catch (error) {
    if (!(error instanceof Failure) || context.settings.url !== null) throw error
    context.out.note(error.message)
    return null
  }
}

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
