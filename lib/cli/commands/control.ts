import type { DatasetSummaryView } from '../answers.ts'
import { type Arguments, type OptionSpec, parseDuration } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { datasetPath } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { datasetRecord } from '../render/dataset.ts'
import type { Text } from '../text.ts'

/** Options of what a person says about a dataset for a while. */
const CONTROL_OPTIONS: readonly OptionSpec[] = [
  { name: 'for', value: 'TIME', summary: 'For so long: 4h, 2d. Without it: until somebody ends it.' },
  { name: 'reason', value: 'TEXT', summary: 'Kept with it, for those who come later.' },
]

export const pause: Command = {
  name: 'pause',
  summary: 'Start no repair of a dataset for a while; checks go on.',
  usage: '<id> [--for 4h] [--reason TEXT]',
  operands: [1, 1],
  proposes: ['dataset'],
  options: CONTROL_OPTIONS,
  async run(args, context) {
    const body = controlBody(args)
    const connection = await context.connect()
    const dataset = await connection.post<DatasetSummaryView>(datasetPath(args.operands[0] ?? '', '/pause'), body)
    showDataset(context, dataset, `${dataset.id} is paused${untilText(dataset.paused)}; checks go on.`)
    return EXIT.DONE
  },
}

export const resume: Command = {
  name: 'resume',
  summary: 'End the pause of a dataset.',
  usage: '<id>',
  operands: [1, 1],
  proposes: ['dataset'],
  options: [],
  async run(args, context) {
    const connection = await context.connect()
    const dataset = await connection.post<DatasetSummaryView>(datasetPath(args.operands[0] ?? '', '/resume'))
    showDataset(context, dataset, `${dataset.id} is no longer paused.`)
    return EXIT.DONE
  },
}

export const ack: Command = {
  name: 'ack',
  summary: 'Say that somebody knows: alarms of a dataset are quiet, its status stays.',
  usage: '<id> [--for 2d] [--reason TEXT] | <id> --clear',
  operands: [1, 1],
  proposes: ['dataset'],
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

function controlBody(args: Arguments): object {
  const length = args.text('for')
  return {
    ...(length === null ? {} : { seconds: parseDuration('--for', length) }),
    ...(args.text('reason') === null ? {} : { reason: args.text('reason') }),
  }
}

function showDataset({ out }: Context, dataset: DatasetSummaryView, sentence: Text): void {
  if (out.format === 'json') out.json('dataset/1', dataset)
  else if (out.format === 'plain') out.record(datasetRecord(dataset))
  else out.line(sentence)
}

/** ` until 2026-11-22T14:32:10Z`, or nothing. */
function untilText(control: { readonly until: string | null } | null): string {
  return control?.until == null ? '' : ` until ${control.until}`
}
