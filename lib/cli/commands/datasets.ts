import type { DatasetSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { upperWords } from '../option-values.ts'
import { readPages } from '../pages.ts'
import { datasetRecord, datasetTable } from '../render/dataset-table.ts'

export const datasets: Command = {
  name: 'datasets',
  summary: 'All datasets, worst first.',
  usage: '[--status broken,warning] [--pair NAME] [--search TEXT]',
  operands: [0, 0],
  options: [
    { name: 'status', value: 'WORDS', summary: 'Only these: healthy, warning, broken, repairing, unknown.' },
    { name: 'pair', value: 'NAME', summary: 'Only this pair.' },
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
