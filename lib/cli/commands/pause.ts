import type { DatasetSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { datasetPath } from '../option-values.ts'
import { CONTROL_OPTIONS, controlBody, showDataset, untilText } from './control.ts'

export const pause: Command = {
  name: 'pause',
  summary: 'Start no repair of a dataset for a while; checks go on.',
  usage: '<id> [--for 4h] [--reason TEXT]',
  operands: [1, 1],
  options: CONTROL_OPTIONS,
  async run(args, context) {
    const body = controlBody(args)
    const connection = await context.connect()
    const dataset = await connection.post<DatasetSummaryView>(datasetPath(args.operands[0] ?? '', '/pause'), body)
    showDataset(context, dataset, `${dataset.id} is paused${untilText(dataset.paused)}; checks go on.`)
    return EXIT.DONE
  },
}
