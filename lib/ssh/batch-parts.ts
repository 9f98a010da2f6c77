import { LONGEST_COMMAND } from './quote.ts'
import { stepLength } from './script.ts'
import type { RemoteCommand } from './types.ts'

/** What the script holds besides the commands: well under this. */
const FRAME = 2 * 1024

/** The same commands in order, in as many parts as the length of a command line asks for. */
export function splitBatch(commands: readonly RemoteCommand[]): readonly (readonly RemoteCommand[])[] {
  const parts: RemoteCommand[][] = []
  let room = 0
  for (const command of commands) {
    const length = stepLength(command, commands.length) + 2
    if (length > LONGEST_COMMAND - FRAME) {
      throw new Error(
        `The command "${command.id}" is too long for one ssh call (${length} characters): split its arguments.`,
      )
    }
    if (length > room) {
      parts.push([])
      room = LONGEST_COMMAND - FRAME
    }
    parts.at(-1)?.push(command)
    room -= length
  }
  return parts
}

/** Place in the script → id, for all commands, also those in `onFailure`. */
export function pathsOf(commands: readonly RemoteCommand[], prefix = ''): ReadonlyMap<string, string> {
  const paths = new Map<string, string>()
  commands.forEach((command, index) => {
    const path = `${prefix}${index}`
    paths.set(path, command.id)
    for (const [inner, id] of pathsOf(command.onFailure ?? [], `${path}.`)) paths.set(inner, id)
  })
  return paths
}
