import type { DatasetSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { datasetPath } from '../option-values.ts'
import { showDataset } from './control.ts'

export const resume: Command = {
  name: 'resume',
  summary: 'End the pause of a dataset.',
  usage: '<id>',
  operands: [1, 1],
  options: [],
  async run(args, context) {
    const connection = await context.connect()
    const dataset = await connection.post<DatasetSummaryView>(datasetPath(args.operands[0] ?? '', '/resume'))
    showDataset(context, dataset, `${dataset.id} is no longer paused.`)
    return EXIT.DONE
  },
}
