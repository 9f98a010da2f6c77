import type { DatasetSummaryView } from '../api-types.ts'
import type { Arguments, OptionSpec } from '../arguments.ts'
import type { Context } from '../command.ts'
import { parseDuration } from '../duration.ts'
import { datasetRecord } from '../render/dataset-table.ts'
import type { Text } from '../text.ts'

/** Options of what a person says about a dataset for a while. */
export const CONTROL_OPTIONS: readonly OptionSpec[] = [
  { name: 'for', value: 'TIME', summary: 'For so long: 4h, 2d. Without it: until somebody ends it.' },
  { name: 'reason', value: 'TEXT', summary: 'Kept with it, for those who come later.' },
]

export function controlBody(args: Arguments): object {
  const length = args.text('for')
  return {
    ...(length === null ? {} : { seconds: parseDuration('--for', length) }),
    ...(args.text('reason') === null ? {} : { reason: args.text('reason') }),
  }
}

export function showDataset({ out }: Context, dataset: DatasetSummaryView, sentence: Text): void {
  if (out.format === 'json') out.json('dataset/1', dataset)
  else if (out.format === 'plain') out.record(datasetRecord(dataset))
  else out.line(sentence)
}

/** ` until 2026-11-22T14:32:10Z`, or nothing. */
export function untilText(control: { readonly until: string | null } | null): string {
  return control?.until == null ? '' : ` until ${control.until}`
}
