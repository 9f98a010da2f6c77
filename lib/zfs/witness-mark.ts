import { iso } from '#lib/text/words.ts'
import { type Argv, datasetOperand, propertyOperand, type ZfsCommand } from './operand.ts'

/** The user property of a backup that says which witness repaired it last, and when. */
export const WITNESS_MARK = 'zwitness:by'

export interface WitnessMark {
  /** 16 hex digits. */
  readonly witness: string
  /** Epoch ms, whole seconds. */
  readonly at: number
}

const FORM = /^([0-9a-f]{16})@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/

export function markValue({ witness, at }: WitnessMark): string {
  return `${witness}@${iso(at)}`
}

/** Null for anything that is not written as ours are. A value from a SAN may be any text. */
export function parseMark(value: string): WitnessMark | null {
  const match = FORM.exec(value)
  const at = Date.parse(match?.[2] ?? '')
  return match?.[1] === undefined || Number.isNaN(at) ? null : { witness: match[1], at }
}

/** Needs `userprop`. */
export function setMark(zfs: ZfsCommand, dataset: string, mark: WitnessMark): Argv {
  return [...zfs, 'set', propertyOperand(WITNESS_MARK, markValue(mark)), datasetOperand(dataset)]
}

/** The dataset's own value and a newline; nothing where it has none. What its parent has is not meant for it. */
export function getMark(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'get', '-Hp', '-s', 'local', '-o', 'value', WITNESS_MARK, datasetOperand(dataset)]
}

/** The same command with the moment at which it is sent: a plan may have been made long before. */
export function markedAt(argv: Argv, now: number): Argv {
  return argv.map((word) => {
    const [name = '', value = ''] = word.split('=')
    const mark = name === WITNESS_MARK ? parseMark(value) : null
    return mark === null ? word : `${name}=${markValue({ ...mark, at: now })}`
  })
}
