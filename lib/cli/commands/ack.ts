import type { DatasetSummaryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { datasetPath } from '../option-values.ts'
import { CONTROL_OPTIONS, controlBody, showDataset, untilText } from './control.ts'

export const ack: Command = {
  name: 'ack',
  summary: 'Say that somebody knows: alarms of a dataset are quiet, its status stays.',
  usage: '<id> [--for 2d] [--reason TEXT] | <id> --clear',
  operands: [1, 1],
  options: [...CONTROL_OPTIONS, { name: 'clear', summary: 'Take it back.' }],
  async run(args, context) {
    const path = datasetPath(args.operands[0] ?? '', '/ack')
    const body = controlBody(args)
    const connection = await context.connect()
    if (args.flag('clear')) {
      const dataset = await connection.delete<DatasetSummaryView>(path)
      showDataset(context, dataset, `${dataset.id} is no longer acknowledged.`)
      return EXIT.DONE
    }
    const dataset = await connection.post<DatasetSummaryView>(path, body)
    showDataset(context, dataset, `${dataset.id} is acknowledged${untilText(dataset.ack)}.`)
    return EXIT.DONE
  },
}
