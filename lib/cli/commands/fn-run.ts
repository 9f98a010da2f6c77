import { didYouMean } from '#config/suggest.ts'
import type { FunctionSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { inputOf } from '../input-arguments.ts'

/** A function has its own time limit; the service ends it. */
const LONGEST_MS = 35 * 60_000

export const fnRun: Command = {
  name: 'fn run',
  summary: 'Run a function now and show its output.',
  usage: '<name> [-i key=value]…',
  operands: [1, 1],
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
