import { didYouMean } from '#config/faults.ts'
import { fieldsOf, isList, isStructure, typedFields } from '#lib/runtime/coerce.ts'
import type { FunctionSummaryView } from '../answers.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure, UsageError } from '../failure.ts'
import { agoText } from '../render/words.ts'

export const fnList: Command = {
  name: 'fn list',
  summary: 'The jobs that the schedule, the API and this command line can run.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['With --plain: name, schedule, next at, access, summary.'],
  async run(_, { connect, out, io }) {
    const connection = await connect()
    const { items } = await connection.get<{ readonly items: readonly FunctionSummaryView[] }>('/api/functions')
    if (out.format === 'json') out.json('functions/1', { items })
    else if (out.format === 'plain')
      for (const { name, schedule, nextAt, access, summary } of items)
        out.record([name, schedule, nextAt, access, summary])
    else
      out.table(
        [{ title: 'FUNCTION' }, { title: 'SCHEDULE' }, { title: 'NEXT' }, { title: 'INPUT' }, { title: 'SUMMARY' }],
        items.map(({ name, schedule, nextAt, input, summary }) => [
          name,
          schedule ?? '-',
          nextAt === null ? '-' : agoText(nextAt, io.now()),
          [...fieldsOf(input).keys()].join(', ') || '-',
          summary,
        ]),
      )
    return EXIT.DONE
  },
}

/** A function has its own time limit; the service ends it. */
const LONGEST_MS = 35 * 60_000

export const fnRun: Command = {
  name: 'fn run',
  summary: 'Run a function now and show its output.',
  usage: '<name> [-i key=value]…',
  operands: [1, 1],
  proposes: ['function'],
  options: [
    { name: 'input', short: 'i', value: 'K=V', repeat: true, summary: 'A field of its input; may be repeated.' },
  ],
  async run(args, { connect, out }) {
    const name = args.operands[0] ?? ''
    const connection = await connect()
    const { items } = await connection.get<{ readonly items: readonly FunctionSummaryView[] }>('/api/functions')
    const found = items.find((known) => known.name === name)
    if (found === undefined) {
      const guess = didYouMean(
        name,
        items.map((known) => known.name),
      )
      throw new Failure(EXIT.NOT_FOUND, `There is no function ${name}.${guess}`, { next: 'zwitness fn list' })
    }
    const body = inputOf(found.input, args.all('input'))
    const path = `/api/functions/${encodeURIComponent(name)}`
    const answer = await connection.post<{ readonly output: unknown }>(path, body, { timeoutMs: LONGEST_MS })
    if (out.format === 'json') out.json('function-output/1', { name, output: answer.output })
    else out.raw(answer.output)
    return EXIT.DONE
  },
}

/**
 * `['limit=3', 'tag=a', 'tag=b']` → the body of a function call, by the JSON Schema that the service gives of its input.
 * @throws UsageError naming the argument
 */
export function inputOf(schema: unknown, given: readonly string[]): Record<string, unknown> {
  const fields = fieldsOf(schema)
  const names = [...fields.keys()]
  const pairs = given.map((argument): readonly [string, string] => {
    const at = argument.indexOf('=')
    if (at < 1) throw new UsageError(`-i ${argument}: write -i name=value, for example -i ${names[0] ?? 'limit'}=3.`)
    const name = argument.slice(0, at)
    if (!fields.has(name)) {
      const known = names.length === 0 ? 'It takes no input.' : `It takes ${names.join(', ')}.`
      throw new UsageError(`-i ${argument}: there is no input ${name}.${didYouMean(name, names)} ${known}`)
    }
    return [name, argument.slice(at + 1)]
  })
  const input = typedFields(schema, pairs)
  for (const [name, text] of pairs) {
    const field = fields.get(name)
    if (field === undefined || isList(field)) continue
    if (pairs.filter(([other]) => other === name).length > 1)
      throw new UsageError(`-i ${name} is given more than once, but takes one value.`)
    if (isStructure(field) && typeof input[name] === 'string')
      throw new UsageError(`${text} is no JSON; write an object, for example '{"limit":3}'.`)
  }
  return input
}
