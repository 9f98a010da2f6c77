import { rightToSet } from '#lib/zfs/rights.ts'
import { markValue, setMark, WITNESS_MARK, type WitnessMark } from '#lib/zfs/witness-mark.ts'
import { optionalStep, type PlanDraft, type PlanInput, type StepDraft } from './draft.ts'

/*
 * Which witness repairs, on the backup itself, so that another one with the same configuration sees it: before the first
 * byte, again on what takes the backup's place, and at the end. It is set by steps of the plan like everything else; the
 * time in it is that of the moment at which it is sent. ZFS takes it also beside a stored partial receive (measured).
 */

/** Null: this witness leaves none, or the right is missing. */
function markOf({ inventory, options }: PlanInput): WitnessMark | null {
  const { witness = null, now } = options
  const rights = inventory.backup.state === 'present' ? inventory.rights?.onBackup : undefined
  return witness === null || lacksRight(rights ?? inventory.rights?.backup ?? null) ? null : { witness, at: now }
}

function lacksRight(rights: NonNullable<PlanInput['inventory']['rights']>['backup']): boolean {
  return rights !== null && rights !== 'all' && !rights.has(rightToSet(WITNESS_MARK))
}

/** Of a backup that its first stream makes: as it cannot be marked before, it begins with the mark. */
export function firstMark(input: PlanInput): Readonly<Record<string, string>> {
  const mark = markOf(input)
  return mark === null ? {} : { [WITNESS_MARK]: markValue(mark) }
}

/** The draft with the mark among its steps. */
export function withMark(input: PlanInput, draft: PlanDraft): PlanDraft {
  if (draft.steps.length === 0 || (input.options.witness ?? null) === null) return draft
  const mark = markOf(input)
  const { host, dataset } = input.mapping.backup
  if (mark === null) {
    const note = `No mark is left of it: the login on ${host} has no \`userprop\`, so a second witness with this configuration would not know.`
    return { ...draft, notes: [...draft.notes, note] }
  }
  const argv = setMark(input.options.zfsCommands.backup, dataset, mark)
  const step = (title: string) => optionalStep('mark', host, title, argv)
  const last = draft.steps.findLastIndex(({ kind }) => kind !== 'verify')
  // The last line of a swap, with the way back that goes with it.
  const swap = draft.steps.findLastIndex((each) => {
    return each.kind === 'commands' && (each.role === 'swap' || each.role === 'undo')
  })
  const steps = draft.steps.flatMap((each, index): readonly StepDraft[] => {
    return index === swap && index < last ? [each, step(`Say on the new ${dataset} which witness repairs it`)] : [each]
  })
  const end = steps.findLastIndex(({ kind }) => kind !== 'verify') + 1
  const begin = input.inventory.backup.state === 'present' ? [step(`Say on ${dataset} which witness repairs it`)] : []
  return {
    ...draft,
    steps: [...begin, ...steps.slice(0, end), step(`Say on ${dataset} when it was repaired`), ...steps.slice(end)],
  }
}
