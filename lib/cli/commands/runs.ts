import type { RunDetailView, RunView } from '../answers.ts'
import { upperWords, wholeNumber } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { runningService } from '../connect.ts'
import { readPages } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { runDetailLines, runLines } from '../render/run.ts'
import { statusWord } from '../render/status.ts'
import { agoText, durationOrUnknown, sizeOrUnknown } from '../render/words.ts'
import { follow, waitForRun } from '../wait.ts'

export const check: Command = {
  name: 'check',
  summary: 'Look at everything now, or at the datasets named, and start nothing.',
  usage: '[<id>…] [--wait]',
  operands: [0, 1000],
  proposes: ['dataset'],
  options: [
    { name: 'all', summary: 'All datasets, as without a name.' },
    { name: 'wait', summary: 'Until it has ended; the exit code is the result.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the run.' },
  ],
  async run(args, context) {
    const ids = args.operands
    if (ids.length > 0 && args.flag('all'))
      throw new UsageError('--all is everything: name datasets, or give --all.', 'zwitness datasets')
    const connection = await context.connect()
    const which = ids.length === 0 ? {} : { datasetIds: ids }
    const body = { ...which, mode: 'CHECK', reason: args.text('reason') ?? undefined }
    const run = await connection.post<RunView>('/api/run', body)
    return follow(context, connection, run, args.flag('wait'))
  },
}

export const run: Command = {
  name: 'run',
  summary: 'Look at all datasets and start the repairs that the policy allows; destroys nothing.',
  usage: '[--all | --pair NAME] [--wait]',
  operands: [0, 0],
  options: [
    { name: 'all', summary: 'All datasets (also without it).' },
    { name: 'pair', value: 'NAME', proposes: 'pair', summary: 'Only this pair.' },
    { name: 'wait', summary: 'Until the look has ended; the exit code is its result. Repairs are runs of their own.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the run.' },
  ],
  async run(args, context) {
    const pair = args.text('pair')
    if (pair !== null && args.flag('all')) throw new UsageError('Give --all or --pair, not both.')
    const connection = await context.connect()
    const body = { pair: pair ?? undefined, reason: args.text('reason') ?? undefined }
    const begun = await connection.post<RunView>('/api/run', body)
    return follow(context, connection, begun, args.flag('wait'))
  },
}

export const cancel: Command = {
  name: 'cancel',
  summary: 'Stop a run, or take it out of the queue; what was received can resume.',
  usage: '<runId> [--wait]',
  operands: [1, 1],
  proposes: ['run'],
  options: [{ name: 'wait', summary: 'Until it has really ended.' }],
  async run(args, context) {
    const { out, io } = context
    const connection = await runningService(context, 'There is nothing to cancel')
    const asked = await connection.post<RunView>(`/api/runs/${encodeURIComponent(args.operands[0] ?? '')}/cancel`)
    const run = args.flag('wait') ? (await waitForRun(context, connection, asked)).run : asked
    if (out.format === 'json') out.json('run/1', run)
    else if (out.format === 'plain') out.record([run.id, run.kind, run.state, run.datasetId, run.outcome])
    else for (const line of runLines(run, io.now())) out.line(line)
    return EXIT.DONE
  },
}

const KINDS = ['scan', 'check', 'repair', 'reload']
const RESULTS = ['succeeded', 'succeeded-with-warnings', 'no-change', 'failed', 'cancelled', 'interrupted', 'blocked']

export const runs: Command = {
  name: 'runs',
  summary: 'Scans, checks and repairs, newest first; with an id one of them with its steps.',
  usage: '[<runId>] [--kind repair] [--result failed] [--dataset ID] [--limit N]',
  operands: [0, 1],
  proposes: ['run'],
  options: [
    { name: 'kind', value: 'WORDS', proposes: { list: KINDS }, summary: 'Only these: scan, check, repair, reload.' },
    {
      name: 'result',
      value: 'WORDS',
      proposes: { list: RESULTS },
      summary: 'Only those that ended so: succeeded, failed, blocked, cancelled …',
    },
    { name: 'dataset', value: 'ID', proposes: 'dataset', summary: 'Only of this dataset.' },
    { name: 'limit', value: 'N', summary: 'At most so many (20).' },
  ],
  help: ['With --plain: id, kind, state, dataset, asked for at, seconds, bytes, outcome.'],
  async run(args, context) {
    const { out, io } = context
    const connection = await context.connect()
    const [id] = args.operands
    if (id !== undefined) {
      const run = await connection.get<RunDetailView>(`/api/runs/${encodeURIComponent(id)}`)
      if (out.format === 'json') out.json('run/1', run)
      else if (out.format === 'plain') out.record(runRecord(run))
      else for (const line of runDetailLines(run, io.now())) out.line(line)
      return EXIT.DONE
    }
    const most = wholeNumber('--limit', args.text('limit') ?? '20')
    const query = {
      kind: upperWords(args.text('kind')),
      result: upperWords(args.text('result')),
      datasetId: args.text('dataset'),
    }
    const { items, hasMore } = await readPages<RunView>(connection, '/api/runs', query, { most, pageSize: 500 })
    if (out.format === 'json') out.json('runs/1', { items })
    else if (out.format === 'plain') for (const run of items) out.record(runRecord(run))
    else if (items.length > 0) runTable(items, context)
    if (items.length === 0) out.note('No run matches.')
    else if (hasMore && out.format === 'text') out.note(`There are more: --limit ${most * 5} shows some of them.`)
    return EXIT.DONE
  },
}

function runTable(rows: readonly RunView[], { out, io }: Context): void {
  out.table(
    [
      { title: 'RUN', align: 'right' },
      { title: 'KIND' },
      { title: 'STATE' },
      { title: 'ASKED' },
      { title: 'TOOK', align: 'right' },
      { title: 'BYTES', align: 'right' },
      { title: 'DATASET' },
      { title: 'OUTCOME' },
    ],
    rows.map((run) => [
      run.id,
      run.kind,
      statusWord(run.state),
      agoText(run.queuedAt, io.now()),
      run.durationSeconds === null ? '' : durationOrUnknown(run.durationSeconds),
      run.bytes === 0 ? '' : sizeOrUnknown(run.bytes),
      run.datasetId ?? '',
      run.outcome ?? '',
    ]),
  )
}

function runRecord(run: RunView): (string | number | null)[] {
  return [run.id, run.kind, run.state, run.datasetId, run.queuedAt, run.durationSeconds, run.bytes, run.outcome]
}
