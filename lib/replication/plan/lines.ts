import type { Argv } from '#lib/zfs/operand.ts'

/**
 * What of a line the commands may take, in bytes: the ssh side sends 62 KiB at the most (lib/replication/swap-lines.test.ts holds
 * the two together). A line that has begun goes on to its end whatever becomes of the witness, so it is as long as may be.
 */
export const LINE_BYTES = 56 * 1024

/** Commands in order, in as few lines as their length allows; at least one. */
export function inLines(commands: readonly Argv[]): readonly (readonly Argv[])[] {
  const lines: Argv[][] = [[]]
  let left = LINE_BYTES
  for (const command of commands) {
    const bytes = bytesOf(command)
    if (bytes > left && lines.at(-1)?.length !== 0) {
      lines.push([])
      left = LINE_BYTES
    }
    lines.at(-1)?.push(command)
    left -= bytes
  }
  return lines
}

/** Words of one list, in as many lists as fit into a command each beside `rest` other bytes. */
export function inCommands(words: readonly string[], rest: number): readonly (readonly string[])[] {
  const lists: string[][] = []
  let left = 0
  for (const word of words) {
    if (lists.length === 0 || bytesOfWord(word) > left) {
      lists.push([])
      left = LINE_BYTES - rest
    }
    lists.at(-1)?.push(word)
    left -= bytesOfWord(word)
  }
  return lists
}

/** In one line: its words, and what marks and joins it. */
export function bytesOf(command: Argv): number {
  return command.reduce((sum, word) => sum + bytesOfWord(word), 16)
}

/** A word is quoted, and each of those two quotes again with the whole line; a quote of its own becomes long. */
function bytesOfWord(word: string): number {
  return word.length + 9 + 20 * (word.split("'").length - 1)
}
