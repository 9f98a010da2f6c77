import { directories } from '#lib/app/settings.ts'
import { argumentsFor } from './arguments.ts'
import { COMMON_OPTIONS, type Command, type Context } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { ASKED_BY_SHELL, complete } from './complete.ts'
import { connect, connectIfRunning, connectTo, type Fetch } from './connect.ts'
import type { Connection } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { Interrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { type Loaders, localLoaders } from './local.ts'
import { CODES } from './monitor/output.ts'
import { createOutput, type Output } from './output.ts'
import { parseCommandLine } from './parse.ts'
import { failedPlugin, isPlugin } from './plugin.ts'
import { type Settings, settingsOf } from './settings.ts'
import { paint, type Text } from './text.ts'

/** What tests replace. */
interface MainParts {
  readonly loaders?: Loaders
  readonly fetch?: Fetch
  readonly commands?: readonly Command[]
}

/** Runs one command line. @returns the exit code; never rejects. */
export async function main(argv: readonly string[], io: Io, parts: MainParts = {}): Promise<number> {
  const { commands = COMMANDS } = parts
  if (argv[0] === ASKED_BY_SHELL) return complete(argv.slice(1), io, { commands, fetch: parts.fetch ?? fetch })
  const plugin = isPlugin(argv, commands)
  let settings = settingsOf(argumentsFor([], new Map(), COMMON_OPTIONS), io)
  let out = createOutput(io, settings)
  let opened: Opened | null = null
  try {
    // What most people type first.
    const words = argv.length === 1 && argv[0] === '--version' ? ['version'] : argv
    const { command, args, wantsHelp } = parseCommandLine(words, commands)
    settings = settingsOf(args, io)
    out = createOutput(io, settings)
    if (command === null) {
      const asked = args.flag('help')
      ;(asked ? io.stdout : io.stderr)(overview(commands))
      return asked ? EXIT.DONE : EXIT.USAGE
    }
    if (wantsHelp) {
      io.stdout(commandHelp(command))
      return plugin ? CODES.UNKNOWN : EXIT.DONE
    }
    opened = openContext(io, out, settings, parts)
    return await command.run(args, opened.context)
  } catch (error) {
    return plugin ? failedPlugin(error, argv, io) : report(error, out, settings)
  } finally {
    await opened?.close().catch((error: unknown) => report(error, out, settings))
  }
}

interface Opened {
  readonly context: Context
  close(): Promise<void>
}

function openContext(io: Io, out: Output, settings: Settings, parts: MainParts): Opened {
  const { loaders = localLoaders, fetch: send = fetch } = parts
  const interrupts = new Interrupts(io)
  let connection: Promise<Connection | null> | null = null
  const how = {
    settings,
    directories: directories({ config: settings.configDirectory, data: settings.dataDirectory }),
    fetch: send,
    openApp: loaders.openApp,
    interrupts,
    log: out.detail,
  }
  const context: Context = {
    io,
    out,
    settings,
    loaders,
    interrupts,
    async connect() {
      const running = await context.connectIfRunning()
      if (running !== null) return running
      const made = connect(how)
      connection = made
      return made
    },
    connectIfRunning() {
      connection ??= connectIfRunning(how)
      return connection
    },
    connectTo: (url) => connectTo(url, how),
  }
  return {
    context,
    async close() {
      // Why it could not be opened has been reported already.
      const made = await connection?.catch(() => null)
      await made?.close()
      interrupts.stop()
    },
  }
}

function report(error: unknown, out: Output, settings: Settings): number {
  if (!(error instanceof Failure)) {
    const message = error instanceof Error ? error.message : String(error)
    out.error([paint('red', 'zwitness: '), `something went wrong inside: ${message}`])
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : []
    if (settings.verbose) for (const line of stack) out.error(line)
    else out.error('The same with --verbose says where.')
    return EXIT.FAILED
  }
  const head: Text = error.exit === EXIT.DONE ? '' : paint('red', 'zwitness: ')
  out.error([head, error.message])
  for (const line of error.lines) out.error(`  ${line}`)
  if (error.next !== null) out.error([paint('dim', 'Next: '), error.next])
  return error.exit
}
