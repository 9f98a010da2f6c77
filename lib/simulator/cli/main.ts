import { writeSync } from 'node:fs'
import { misbehave } from '../misbehave/apply.ts'
import { readMisbehaviour, rulesFor } from '../misbehave/rules.ts'
import { sweepLeftovers } from '../state/partial.ts'
import { StaleRead, Store } from '../state/store.ts'
import { clockWithOffset } from './clock.ts'
import { commandsOf } from './commands.ts'
import type { Command, Context } from './context.ts'
import { date } from './date.ts'
import { Failure } from './fail.ts'
import { dieOfBrokenPipe, writeAll } from './pipes.ts'
import { overview } from './usage.ts'

const readAgainAtMost = 20

/** Runs one command line; returns its exit code. */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [tool = '', verb, ...args] = argv
  const directory = env.ZWITNESS_SIM_DIR
  if (!directory) {
    writeSync(2, 'Set ZWITNESS_SIM_DIR to the directory of the simulated SAN.\n')
    return 1
  }
  dieOfBrokenPipe()
  const misbehaviour = readMisbehaviour(directory)
  const rules = rulesFor(directory, misbehaviour, argv.join(' '))
  const wrong = misbehave(rules, tool)
  if (wrong !== null) return wrong
  const clock = clockWithOffset(misbehaviour.clockOffsetSeconds)
  if (tool === 'date') return date(argv.slice(1), clock)
  if (tool !== 'zfs' && tool !== 'zpool') {
    writeSync(2, `There is no simulated '${tool}': use zfs, zpool or date.\n`)
    return 1
  }
  const commands = commandsOf(tool, rules)
  const command = verb === undefined ? undefined : commands[verb]
  if (!command) {
    const why = verb === undefined ? 'missing command' : `unrecognized command '${verb}'`
    writeAll(2, `${why}\n${overview(tool, Object.keys(commands))}\n`)
    return 2
  }
  const store = new Store(directory)
  sweepLeftovers(store)
  const context: Context = { store, user: env.ZWITNESS_SIM_USER || 'root', clock, stdout: [], stderr: [] }
  const exitCode = await runToTheEnd(command, context, args)
  // In this order: a real one's stdout is buffered, its stderr is not.
  if (context.stderr.length > 0) writeAll(2, `${context.stderr.join('\n')}\n`)
  if (context.stdout.length > 0) writeAll(1, `${context.stdout.join('\n')}\n`)
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
