import { closest } from '#config/faults.ts'
import { shellWord } from '#lib/text/shell.ts'
import { type Arguments, argumentsFor, type OptionSpec, splitArguments } from './arguments.ts'
import { COMMON_OPTIONS, type Command } from './command.ts'
import { UsageError } from './failure.ts'

interface ParsedLine {
  /** Null: no command was named. */
  readonly command: Command | null
  readonly args: Arguments
  readonly wantsHelp: boolean
}

/**
 * Finds the command (its words may be among the options) and checks the options against it.
 * @throws UsageError with what was probably meant
 */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): ParsedLine {
  const { words, options } = splitArguments(argv, everyOption(commands))
  const command = commandOf(words, commands)
  if (command === null) return { command, args: argumentsFor(words, options, COMMON_OPTIONS), wantsHelp: true }
  const declared = [...command.options, ...COMMON_OPTIONS]
  const foreign = [...options.keys()].find((name) => !declared.some((spec) => spec.name === name))
  if (foreign !== undefined)
    throw new UsageError(`zwitness ${command.name} has no option --${foreign}.`, helpOf(command))
  const operands = words.slice(command.name.split(' ').length)
  const wantsHelp = options.has('help')
  const [least, most] = command.operands
  if (!wantsHelp && operands.length < least)
    throw new UsageError(`Usage: zwitness ${command.name} ${command.usage}`, helpOf(command))
  if (!wantsHelp && operands.length > most)
    throw new UsageError(`${shellWord(operands[most] ?? '')} is one word too many.`, helpOf(command))
  return { command, args: argumentsFor(operands, options, declared), wantsHelp }
}

/** Every option of every command once: one name means one thing, so the words can be split before the command is known. */
export function everyOption(commands: readonly Command[]): readonly OptionSpec[] {
  const all = [...COMMON_OPTIONS, ...commands.flatMap(({ options }) => options)]
  return [...new Map(all.map((spec) => [spec.name, spec])).values()]
}

/** The command that the first words are, or null. */
export function findCommand(
  [first = '', second = '']: readonly string[],
  commands: readonly Command[],
): Command | null {
  const named = (name: string) => commands.find((command) => command.name === name)
  return named(`${first} ${second}`) ?? named(first) ?? null
}

function commandOf(words: readonly string[], commands: readonly Command[]): Command | null {
  const [first, second] = words
  if (first === undefined) return null
  const found = findCommand(words, commands)
  if (found !== null) return found
  const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  const typed = group.length > 0 && second !== undefined ? `${first} ${second}` : first
  if (group.length > 0 && second === undefined)
    throw new UsageError(`zwitness ${first} needs one more word: ${group.join(', ')}.`)
  const near = closest(
    typed,
    group.length > 0 ? group : commands.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]),
  )
  const guess = near === null ? '' : ` Did you mean zwitness ${near}?`
  throw new UsageError(`There is no command ${shellWord(typed)}.${guess}`, 'zwitness help')
}

function helpOf(command: Command): string {
  return `zwitness ${command.name} --help`
}
