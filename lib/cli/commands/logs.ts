import type { LogView, PageOf } from '../answers.ts'
import { upperWords, wholeNumber } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { runningService } from '../connect.ts'
import { type Connection, type Query, readPages } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { logLine, logRecord } from '../render/run.ts'

const LEVELS = ['debug', 'info', 'warn', 'error']
const EVERY_MS = 1_000

export const logs: Command = {
  name: 'logs',
  summary: 'The log of the witness, newest at the bottom.',
  usage: '[-f] [--run N] [--level warn] [--dataset ID] [--search TEXT] [--limit N]',
  operands: [0, 0],
  options: [
    { name: 'follow', short: 'f', summary: 'Go on with what is written from now on, until Ctrl-C.' },
    { name: 'run', value: 'N', proposes: 'run', summary: 'Only of this run.' },
    { name: 'level', value: 'WORD', proposes: LEVELS, summary: 'Lowest level wanted: debug, info, warn, error.' },
    { name: 'dataset', value: 'ID', proposes: 'dataset', summary: 'Only of this dataset.' },
    { name: 'search', value: 'TEXT', summary: 'Only records that hold this text.' },
    { name: 'limit', value: 'N', summary: 'At most so many (100).' },
  ],
  help: ['With --plain: time, level, component, run, dataset, host, message. With -f and --json: one document a line.'],
  async run(args, context) {
    const { out } = context
    const follows = args.flag('follow')
    const connection = follows ? await runningService(context, 'There is nothing to follow') : await context.connect()
    const query: Query = {
      runId: args.text('run'),
      level: upperWords(args.text('level')),
      datasetId: args.text('dataset'),
      q: args.text('search'),
    }
    const most = wholeNumber('--limit', args.text('limit') ?? '100', 0)
    const { items } = await readPages<LogView>(connection, '/api/logs', query, {
      most: Math.max(1, most),
      pageSize: 1000,
    })
    const newest = items[0]?.id ?? '0'
    const shown = items.slice(0, most).toReversed()
    if (out.format === 'json' && !follows) out.json('logs/1', { items: shown })
    else for (const record of shown) write(record, context)
    return follows ? follow(context, connection, query, newest) : EXIT.DONE
  },
}

async function follow(context: Context, connection: Connection, query: Query, newest: string) {
  const { io, interrupts } = context
  let after = newest
  while (!interrupts.signal.aborted) {
    await io.sleep(EVERY_MS, interrupts.signal)
    const page = await next(connection, { ...query, after, limit: 1000 }, context)
    for (const record of page) {
      write(record, context)
      after = record.id
    }
  }
  return EXIT.INTERRUPTED
}

/** A service that restarts is away for a moment; whoever follows its log wants to see it come back. */
async function next(connection: Connection, query: Query, { out, interrupts }: Context): Promise<readonly LogView[]> {
  if (interrupts.signal.aborted) return []
  try {
    return (await connection.get<PageOf<LogView>>('/api/logs', query)).items
  } catch (error) {
    if (interrupts.signal.aborted) return []
    if (!(error instanceof Failure) || error.exit !== EXIT.NO_SERVICE) throw error
    out.detail(`${error.message} Trying again.`)
    return []
  }
}

function write(record: LogView, { out }: Context): void {
  if (out.format === 'json') out.jsonLine('log/1', record)
  else if (out.format === 'plain') out.record(logRecord(record))
  else out.line(logLine(record))
}
