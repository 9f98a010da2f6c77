import { misbehave } from './misbehave/effects.ts'
import { readMisbehaviour, rulesFor, takesTime } from './misbehave/rules.ts'
import type { Command, Context } from './state/environment.ts'
import { sweepLeftovers } from './state/partial.ts'
import { StaleRead, Store } from './state/store.ts'
import { commandsOf } from './tools.ts'
import { type Clock, clockWithOffset } from './words/clock.ts'
import { type CommandIo, OwnProcess } from './words/command-io.ts'
import { Failure, overview } from './words/fail.ts'

const readAgainAtMost = 20

/** On which SAN, for whom and by which clock a command runs. */
interface Surroundings {
  /** Of the SAN's state. */
  readonly directory: string
  readonly user: string
  readonly io: CommandIo
  /** See process-mark.ts. */
  readonly owner: string
  /** Epoch ms of the machine; the SAN's own clock may be off from it. */
  readonly now: () => number
  /** Others wait until this command is over: one that takes its time is to throw OwnProcess before it does anything. */
  readonly shared?: boolean
}

/** Runs one command (`zfs`, `zpool` or `date` and its words); returns its exit code. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const [tool = '', verb, ...args] = argv
  const { directory, user, io, owner, now } = surroundings
  const misbehaviour = readMisbehaviour(directory)
  const command = argv.join(' ')
  if (surroundings.shared && takesTime(misbehaviour, command)) throw new OwnProcess()
  const rules = rulesFor(directory, misbehaviour, command)
  const wrong = misbehave(rules, tool, io)
  if (wrong !== null) return wrong
  const clock = clockWithOffset(misbehaviour.clockOffsetSeconds, now)
  if (tool === 'date') return date(argv.slice(1), clock, io)
  if (tool !== 'zfs' && tool !== 'zpool') {
    io.tell(2, `There is no simulated '${tool}': use zfs, zpool or date.\n`)
    return 1
  }
  const commands = commandsOf(tool, rules)
  const work = verb === undefined ? undefined : commands[verb]
  if (!work) {
    const why = verb === undefined ? 'missing command' : `unrecognized command '${verb}'`
    io.tell(2, `${why}\n${overview(tool, Object.keys(commands))}\n`)
    return 2
  }
  const store = new Store(directory)
  sweepLeftovers(store)
  const context: Context = { store, user, clock, now, owner, io, stdout: [], stderr: [] }
  const exitCode = await runToTheEnd(work, context, args)
  // In this order: a real one's stdout is buffered, its stderr is not.
  if (context.stderr.length > 0) io.tell(2, `${context.stderr.join('\n')}\n`)
  if (context.stdout.length > 0) io.tell(1, `${context.stdout.join('\n')}\n`)
  return exitCode
}

/** Once more from the beginning when the state moved away under a reading. */
async function runToTheEnd(command: Command, context: Context, args: readonly string[]): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return await command(context, args)
    } catch (error) {
      if (error instanceof StaleRead && tries < readAgainAtMost) {
        context.store.forget()
        context.stdout.length = 0
        context.stderr.length = 0
        continue
      }
      if (!(error instanceof Failure)) throw error
      if (error.message !== '') context.stderr.push(error.message)
      return error.exitCode
    }
  }
}

/** `date +%s`, by the simulated host's clock; without an argument the time for people. */
function date(args: readonly string[], clock: Clock, io: CommandIo): number {
  const [format] = args.filter((word) => word !== '-u')
  if (format === '+%s') io.tell(1, `${clock()}\n`)
  else if (format === undefined) io.tell(1, `${new Date(clock() * 1000).toUTCString()}\n`)
  else {
    io.tell(2, `date: the simulated date knows +%s only, not '${format}'\n`)
    return 1
  }
  return 0
}
