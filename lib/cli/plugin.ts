import type { Command } from './command.ts'
import { Failure } from './failure.ts'
import type { Io } from './io.ts'
import { CODES, checkmkUnknown, nagiosUnknown } from './monitor/output.ts'

/*
 * A check plugin ends with 0 to 3 and with nothing else: whoever calls it takes another code for a fault of its own, and a
 * 1 or 2 that only means a mistyped option for an alarm. Everything it has to say is on stdout, where it is read.
 */

/** Is the command one of these? Also where the line is wrong, and before it is known what is. */
export function isPlugin(argv: readonly string[], commands: readonly Command[]): boolean {
  const plugins = commands.filter(({ plugin }) => plugin === true).map(({ name }) => name)
  const others = new Set(commands.map(({ name }) => name.split(' ')[0] ?? name))
  // The first word that is a command; the value of an option before it may be any other.
  const first = argv.find((word) => others.has(word))
  return first !== undefined && plugins.includes(first)
}

/** What it could not find out is UNKNOWN. @returns 3 */
export function failedPlugin(error: unknown, argv: readonly string[], io: Io): number {
  const message = error instanceof Error ? error.message : String(error)
  const said = error instanceof Failure ? message : `Something went wrong inside: ${message}`
  const isCheckmk = argv.some(
    (word, at) => word === '--format=checkmk' || (word === 'checkmk' && argv[at - 1] === '--format'),
  )
  io.stdout((isCheckmk ? checkmkUnknown : nagiosUnknown)(said))
  return CODES.UNKNOWN
}
