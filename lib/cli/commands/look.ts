import type {
  DatasetDetailView,
  DatasetSummaryView,
  PageOf,
  RunView,
  SnapshotSideView,
  SnapshotView,
  StatusView,
} from '../answers.ts'
import { upperWords } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { runningService } from '../connect.ts'
import { type Connection, datasetPath, readPages, SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { Failure, UsageError } from '../failure.ts'
import { railLines, snapshotRecord, snapshotTable } from '../render/chain.ts'
import { datasetPage, datasetRecord, datasetTable } from '../render/dataset.ts'
import { statusLines, statusRecords } from '../render/status.ts'
import { paint, type Text } from '../text.ts'

const STATUSES = ['healthy', 'warning', 'broken', 'repairing', 'unknown']
const EVERY_MS = 2_000
const ESC = String.fromCharCode(27)
const HOME_AND_CLEAR = `${ESC}[H${ESC}[2J`

export const status: Command = {
  name: 'status',
  summary: 'How everything is, on one screen, worst first.',
  usage: '[--exit-code] [--watch]',
  operands: [0, 0],
  options: [
    { name: 'exit-code', summary: 'End with 4 when a dataset is not HEALTHY.' },
    { name: 'watch', summary: 'Draw it again every two seconds, until Ctrl-C.' },
  ],
  help: [
    'With --plain: "status", overall, headline; then "dataset", status, id, reason, delay in seconds, checked at; then "warning", what weakens the installation.',
  ],
  async run(args, context) {
    if (args.flag('watch')) return watchStatus(context)
    const connection = await context.connect()
    const view = await connection.get<StatusView>('/api/status')
    showStatus(view, context)
    return args.flag('exit-code') && view.overall !== 'HEALTHY' ? EXIT.ATTENTION : EXIT.DONE
  },
}

async function watchStatus(context: Context): Promise<ExitCode> {
  const { io, out, interrupts } = context
  if (!io.stdoutIsTty || out.format !== 'text')
    throw new UsageError('--watch needs a terminal, and neither --json nor --plain.', 'zwitness status')
  const connection: Connection = await runningService(context, 'There is nothing to watch')
  while (!interrupts.signal.aborted) {
    const view = await connection.get<StatusView>('/api/status')
    io.stdout(HOME_AND_CLEAR)
    showStatus(view, context)
    await io.sleep(EVERY_MS, interrupts.signal)
  }
  return EXIT.INTERRUPTED
}

function showStatus(view: StatusView, { out, io }: Context): void {
  if (out.format === 'json') out.json('status/1', view)
  else if (out.format === 'plain') for (const fields of statusRecords(view)) out.record(fields)
  else for (const line of statusLines(view, io.now())) out.line(line)
}

export const datasets: Command = {
  name: 'datasets',
  summary: 'All datasets, worst first.',
  usage: '[--status broken,warning] [--pair NAME] [--search TEXT]',
  operands: [0, 0],
  options: [
    {
      name: 'status',
      value: 'WORDS',
      proposes: { list: STATUSES },
      summary: 'Only these: healthy, warning, broken, repairing, unknown.',
    },
    { name: 'pair', value: 'NAME', proposes: 'pair', summary: 'Only this pair.' },
    { name: 'search', value: 'TEXT', summary: 'Only where id, names, hosts or the reason hold this text.' },
  ],
  help: [
    'With --plain: id, status, reason, delay and lag in seconds, snapshots and bytes behind, primary, backup, checked at. An empty field is not known.',
  ],
  async run(args, context) {
    const { out, io } = context
    const connection = await context.connect()
    const query = { status: upperWords(args.text('status')), pair: args.text('pair'), q: args.text('search') }
    const { items } = await readPages<DatasetSummaryView>(connection, '/api/datasets', query, {
      most: Number.POSITIVE_INFINITY,
      pageSize: 500,
    })
    if (out.format === 'json') out.json('datasets/1', { items })
    else if (out.format === 'plain') for (const row of items) out.record(datasetRecord(row))
    else if (items.length > 0) datasetTable(out, items, io.now())
    if (items.length === 0) out.note('No dataset matches.')
    return EXIT.DONE
  },
}

interface SnapshotPage extends PageOf<SnapshotView> {
  readonly total: number
  readonly primary: SnapshotSideView
  readonly backup: SnapshotSideView
}

const ON_THE_RAILS = 200
const RUNS_SHOWN = 5

export const show: Command = {
  name: 'show',
  summary: 'One dataset: why it is as it is, the chain of both sides, what comes next.',
  usage: '<id> [--snapshots]',
  operands: [1, 1],
  proposes: ['dataset'],
  options: [{ name: 'snapshots', summary: 'List every snapshot of both sides.' }],
  help: [
    'With --plain the fields of zwitness datasets; with --snapshots: guid, state, created at, name on the primary, name on the backup, bookmark.',
  ],
  async run({ operands: [id = ''], ...args }, context) {
    const { out, io } = context
    const connection = await context.connect()
    const detail = await connection.get<DatasetDetailView>(datasetPath(id))
    if (args.flag('snapshots')) {
      const all = await snapshotsOf(connection, id, Number.POSITIVE_INFINITY)
      const { primary, backup, total } = all.first
      if (out.format === 'json') out.json('snapshots/1', { primary, backup, total, items: all.items })
      else if (out.format === 'plain') for (const row of all.items) out.record(snapshotRecord(row))
      else snapshotTable(out, all.items, io.now())
      return EXIT.DONE
    }
    if (out.format === 'json') out.json('dataset/1', detail)
    else if (out.format === 'plain') out.record(datasetRecord(detail))
    else {
      const rails = await railsOf(connection, detail.id)
      const runs = await connection.get<PageOf<RunView>>('/api/runs', { datasetId: detail.id, limit: RUNS_SHOWN })
      for (const line of datasetPage(detail, { rails, runs: runs.items, now: io.now() })) out.line(line)
    }
    return EXIT.DONE
  },
}

function snapshotsOf(connection: Connection, id: string, most: number) {
  return readPages<SnapshotView, SnapshotPage>(
    { ...connection, get: (path, query) => connection.get(path, query, SLOW) },
    datasetPath(id, '/snapshots'),
    {},
    { most, pageSize: Math.min(most, 1000) },
  )
}

/** Without the chain the page is still worth reading: then it says why there is none. */
async function railsOf(connection: Connection, id: string): Promise<readonly Text[]> {
  try {
    const { items, first } = await snapshotsOf(connection, id, ON_THE_RAILS)
    return railLines(items, first, first.total - items.length)
  } catch (error) {
    if (!(error instanceof Failure) || error.exit === EXIT.INTERRUPTED) throw error
    return [[paint('yellow', 'The chain cannot be shown: '), error.message]]
  }
}

export const explain: Command = {
  name: 'explain',
  summary: 'Everything about a dataset as one plain note, for a ticket.',
  usage: '<id>',
  operands: [1, 1],
  proposes: ['dataset'],
  options: [],
  help: ['It says what the last look saw. With --json: the same text in "text".'],
  async run({ operands: [id = ''] }, { connect, out }) {
    const connection = await connect()
    const { text } = await connection.get<{ readonly text: string }>(datasetPath(id, '/explain'), {}, SLOW)
    if (out.format === 'json') out.json('explanation/1', { text })
    else for (const line of text.trimEnd().split('\n')) out.line(line)
    return EXIT.DONE
  },
}
