import { didYouMean } from '#config/faults.ts'
import type { OptionSpec } from './arguments.ts'
import { COMMON_OPTIONS, type Command } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { UsageError } from './failure.ts'

const EXITS = [
  '0 done, nothing to do, healthy · 1 failed · 2 wrong usage · 3 not found · 4 problems exist, or a plan is available',
  '5 confirmation needed or refused by policy · 6 conflict: already running, plan stale · 7 no service, or not ready',
  '8 authentication or role · 9 configuration invalid · 75 a SAN is busy or unreachable, try later · 130 interrupted',
]

/** All commands, one a line. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'zwitness watches ZFS replication, explains what is wrong, and repairs it.',
    '',
    'Usage: zwitness <command> [options]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options of every command:',
    ...optionLines(COMMON_OPTIONS),
    '',
    'Exit codes:',
    ...EXITS.map((line) => `  ${line}`),
    '',
    'zwitness <command> --help says more.',
    '',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const own = command.options.length === 0 ? [] : ['', 'Options:', ...optionLines(command.options)]
  return [
    command.summary,
    '',
    `Usage: zwitness ${`${command.name} ${command.usage}`.trim()}`,
    ...own,
    ...(command.help ?? []).flatMap((paragraph) => ['', paragraph]),
    '',
    'Options of every command:',
    ...optionLines(COMMON_OPTIONS),
    '',
  ].join('\n')
}

function optionLines(options: readonly OptionSpec[]): string[] {
  const titles = options.map(({ name, short, value }) => {
    const long = `--${name}${value === undefined ? '' : ` ${value}`}`
    return short === undefined ? `    ${long}` : `-${short}, ${long}`
  })
  const width = Math.max(...titles.map((title) => title.length))
  return options.map(({ summary }, index) => `  ${(titles[index] ?? '').padEnd(width)}  ${summary}`)
}

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
