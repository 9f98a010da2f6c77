import { didYouMean } from '#config/suggest.ts'
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
          fieldNames(input).join(', ') || '-',
          summary,
        ]),
      )
    return EXIT.DONE
  },
}

function fieldNames(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  return typeof schema.properties === 'object' && schema.properties !== null ? Object.keys(schema.properties) : []
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

type Schema = Readonly<Record<string, unknown>>

/**
 * `['limit=3', 'tag=a', 'tag=b']` → the body of a function call, by the JSON Schema that the service gives of its input.
 * Only what is certain is turned into numbers, truth values, lists and objects; the service checks the rest.
 * @throws UsageError naming the argument
 */
export function inputOf(schema: unknown, given: readonly string[]): Record<string, unknown> {
  const fields = record(record(schema)?.properties) ?? {}
  const names = Object.keys(fields)
  const input = new Map<string, unknown>()
  for (const argument of given) {
    const at = argument.indexOf('=')
    if (at < 1) throw new UsageError(`-i ${argument}: write -i name=value, for example -i ${names[0] ?? 'limit'}=3.`)
    const name = argument.slice(0, at)
    const field = Object.hasOwn(fields, name) ? record(fields[name]) : null
    if (field === null) {
      const known = names.length === 0 ? 'It takes no input.' : `It takes ${names.join(', ')}.`
      throw new UsageError(`-i ${argument}: there is no input ${name}.${didYouMean(name, names)} ${known}`)
    }
    const text = argument.slice(at + 1)
    const types = typesOf(field)
    if (!types.includes('array')) {
      if (input.has(name)) throw new UsageError(`-i ${name} is given more than once, but takes one value.`)
      input.set(name, readAs(text, types))
      continue
    }
    const inner = typesOf(record(field.items) ?? {})
    const before = input.get(name)
    const parts = text.split(',').map((part) => readAs(part, inner))
    input.set(name, [...(Array.isArray(before) ? before : []), ...parts])
  }
  return Object.fromEntries(input)
}

function readAs(text: string, types: readonly string[]): unknown {
  const numeric = types.includes('number') || types.includes('integer')
  if (numeric && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true'
  if (types.includes('null') && text === 'null') return null
  if (!types.includes('object') || types.includes('string')) return text
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${text} is no JSON; write an object, for example '{"limit":3}'.`)
  }
}

function typesOf(schema: Schema): readonly string[] {
  const own =
    typeof schema.type === 'string' ? [schema.type] : Array.isArray(schema.type) ? schema.type.map(String) : []
  const inner = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  return [...own, ...inner.flatMap((option) => typesOf(record(option) ?? {}))]
}

function record(value: unknown): Schema | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : null
}
