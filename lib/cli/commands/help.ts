import { didYouMean } from '#config/suggest.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { commandHelp, overview } from '../help.ts'

/** `commands` is asked when it runs: the list holds this command too. */
export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    summary: 'All commands, or one of them in detail.',
    usage: '[<command>]',
    operands: [0, 2],
    options: [],
    async run({ operands }, { io }) {
      const wanted = operands.join(' ')
      const all = commands()
      const group = all.filter(({ name }) => name === wanted || name.startsWith(`${wanted} `))
      if (wanted === '') io.stdout(overview(all))
      else if (group.length === 0)
        throw new UsageError(
          `There is no command ${wanted}.${didYouMean(
            wanted,
            all.map(({ name }) => name),
          )}`,
        )
      else io.stdout(group.map(commandHelp).join('\n'))
      return EXIT.DONE
    },
  }
}
