import type { Clock } from './clock.ts'
import type { CommandIo } from './command-io.ts'

/** `date +%s`, by the simulated host's clock; without an argument the time for people. */
export function date(args: readonly string[], clock: Clock, io: CommandIo): number {
  const [format] = args.filter((word) => word !== '-u')
  if (format === '+%s') io.tell(1, `${clock()}\n`)
  else if (format === undefined) io.tell(1, `${new Date(clock() * 1000).toUTCString()}\n`)
  else {
    io.tell(2, `date: the simulated date knows +%s only, not '${format}'\n`)
    return 1
  }
  return 0
}
