import type { RunDetailView, RunView } from '../api-types.ts'
import { wholeNumber } from '../arguments.ts'
import { bytesText } from '../bytes.ts'
import type { Command, Context } from '../command.ts'
import { agoText, durationOrUnknown } from '../duration.ts'
import { EXIT } from '../exit-codes.ts'
import { upperWords } from '../option-values.ts'
import { readPages } from '../pages.ts'
import { runDetailLines } from '../render/run-text.ts'
import { statusWord } from '../render/status-style.ts'

export const runs: Command = {
  name: 'runs',
  summary: 'Scans, checks and repairs, newest first; with an id one of them with its steps.',
  usage: '[<runId>] [--kind repair] [--result failed] [--dataset ID] [--limit N]',
  operands: [0, 1],
  options: [
    { name: 'kind', value: 'WORDS', summary: 'Only these: scan, check, repair, reload.' },
    { name: 'result', value: 'WORDS', summary: 'Only those that ended so: succeeded, failed, blocked, cancelled …' },
    { name: 'dataset', value: 'ID', summary: 'Only of this dataset.' },
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
      else if (out.format === 'plain') out.record(recordOf(run))
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
    else if (out.format === 'plain') for (const run of items) out.record(recordOf(run))
    else if (items.length > 0) table(items, context)
    if (items.length === 0) out.note('No run matches.')
    else if (hasMore && out.format === 'text') out.note(`There are more: --limit ${most * 5} shows some of them.`)
    return EXIT.DONE
  },
}

function table(rows: readonly RunView[], { out, io }: Context): void {
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
      run.bytes === 0 ? '' : bytesText(run.bytes),
      run.datasetId ?? '',
      run.outcome ?? '',
    ]),
  )
}

function recordOf(run: RunView): (string | number | null)[] {
  return [run.id, run.kind, run.state, run.datasetId, run.queuedAt, run.durationSeconds, run.bytes, run.outcome]
}
