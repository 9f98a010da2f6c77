import type { AutomaticCode as Automatic, PlanKind as Kind, Step } from '#lib/replication/types/plan.ts'
import { describedEnum } from './described-enum.ts'

export const PlanKind = describedEnum<Kind>('PlanKind', 'What a repair would do.', {
  NOTHING: 'Nothing is missing.',
  INCREMENTAL: 'Sends what is missing after the base.',
  FROM_BOOKMARK: 'Sends from the bookmark that is left of the base.',
  SEED: 'Sends everything to a backup that does not exist yet.',
  RESUME: 'Goes on with a transfer that stopped part-way.',
  SET_ASIDE_REWIND: 'Sets aside what stands in the way on the backup, then goes on from the base.',
  SET_ASIDE_RESEED: 'Sets the backup aside and sends everything anew.',
  FINISH_SWAP: 'Finishes a swap that was cut off.',
  IN_PLACE: 'Destroys what stands in the way on the backup, then goes on from the base. Only a person can choose it.',
  IMPOSSIBLE: 'Nothing can be done from here; the plan says why.',
})

export const AutomaticCode = describedEnum<Automatic>('AutomaticCode', 'May the scheduler run the plan?', {
  ALLOWED: 'Yes.',
  NOTHING_TO_DO: 'Nothing is missing.',
  AUTO_REPAIR_OFF: '`auto_repair` is false.',
  DRY_RUN: '`dry_run` is true.',
  BELOW_THRESHOLD: 'Not late enough for `repair_when`, and the chain is whole.',
  PAUSED: 'The dataset is paused.',
  BACKING_OFF: 'The last try failed; the next one waits.',
  REPAIR_FAILING: 'Two tries failed in the same way.',
  NEEDS_PERSON: 'A person must decide.',
  WAITING_FOR_WINDOW: 'Outside the repair window.',
  POOL: 'The state of a pool forbids it.',
  SPACE: 'Too little space on the target pool.',
  NO_ESTIMATE: 'How much would be sent was asked and not answered, so a person decides whether it fits.',
  SET_ASIDE_LIMIT: 'As many set-asides of the backup are kept as may be.',
  BLOCKED: 'Something is in the way for a person too; `blocked` of the plan says what.',
  WAITS_FOR_PARENT: 'The dataset above it on the backup has to be repaired first.',
  UNDER_WAY: 'A repair of the dataset is queued or running already.',
  BUSY: 'Another receive is running there, or ran lately.',
  ANOTHER_WITNESS: 'Another witness repaired it lately.',
  UNKNOWN_STATE: 'A side could not be looked at.',
})

export const StepKind = describedEnum<Uppercase<Step['kind']>>('StepKind', 'What a step does.', {
  COMMANDS: 'Short commands on one host, in one line; each runs only where the one before it succeeded.',
  BOOKMARK: 'Bookmarks a snapshot on the primary, to protect the chain.',
  TRANSFER: 'Sends from the primary, receives on the backup.',
  VERIFY: 'Reads both sides again.',
})

/** `completed at next start` → `COMPLETED_AT_NEXT_START`. */
export type IfInterruptedWord = 'RESUMES' | 'REUSED' | 'COMPLETED_AT_NEXT_START' | 'HARMLESS' | 'STARTS_AGAIN'

export const IfInterrupted = describedEnum<IfInterruptedWord>(
  'IfInterrupted',
  'What an interruption of a step means.',
  {
    RESUMES: 'It goes on where it stopped.',
    REUSED: 'What it made is used by the next try.',
    COMPLETED_AT_NEXT_START: 'The witness finishes it when it starts again.',
    HARMLESS: 'Nothing was changed.',
    STARTS_AGAIN: 'It begins anew.',
  },
)

export const IF_INTERRUPTED: Readonly<Record<Step['ifInterrupted'], IfInterruptedWord>> = {
  resumes: 'RESUMES',
  reused: 'REUSED',
  'completed at next start': 'COMPLETED_AT_NEXT_START',
  harmless: 'HARMLESS',
  'starts again': 'STARTS_AGAIN',
}
