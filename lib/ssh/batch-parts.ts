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

/** By its place in the script, for all commands, also those in `onFailure`. */
export function placesOf(commands: readonly RemoteCommand[], prefix = ''): ReadonlyMap<string, RemoteCommand> {
  const places = new Map<string, RemoteCommand>()
  commands.forEach((command, index) => {
    const path = `${prefix}${index}`
    places.set(path, command)
    for (const [inner, own] of placesOf(command.onFailure ?? [], `${path}.`)) places.set(inner, own)
  })
  return places
}
