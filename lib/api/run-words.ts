import type {
  ActionRecord,
  RunKind as Kind,
  RunResult as Result,
  RunProgress,
  TriggerType as Type,
} from '#lib/db/types.ts'
import type { Role as RoleWord } from '#lib/text/ranks.ts'
import { describedEnum } from './described-enum.ts'

export const RunKind = describedEnum<Kind>('RunKind', 'What kind of work a run is.', {
  SCAN: 'Reads both sides, judges, and queues the repairs that the policy allows.',
  CHECK: 'Reads both sides and judges; changes nothing.',
  REPAIR: 'Runs a plan for one dataset.',
  RELOAD: 'Takes over a changed configuration.',
})

const RESULTS: Readonly<Record<Result, string>> = {
  SUCCEEDED: 'Did what it was to do, and the look afterwards says so.',
  SUCCEEDED_WITH_WARNINGS: 'Done, but something should be looked at.',
  NO_CHANGE: 'There was nothing to do.',
  FAILED: 'Ended by an error; `error` says which.',
  CANCELLED: 'Stopped by a person; what was received can resume.',
  INTERRUPTED: 'The witness ended while it ran; what was received can resume.',
  BLOCKED: 'Something stood in the way before the first step.',
}

export const RunResult = describedEnum<Result>('RunResult', 'How a run ended.', RESULTS)

export const RunState = describedEnum<Result | 'QUEUED' | 'RUNNING'>('RunState', 'Where a run stands.', {
  QUEUED: 'Waiting for its turn.',
  RUNNING: 'Under way.',
  ...RESULTS,
})

export const TriggerType = describedEnum<Uppercase<Type>>('TriggerType', 'What started it.', {
  SCHEDULE: 'The schedule.',
  HTTP: 'A request to this API, the dashboard included.',
  CLI: 'The command line.',
  INTERNAL: 'The witness itself, for example after a start.',
})

export const Role = describedEnum<Uppercase<RoleWord>>('Role', 'What the one who asked may do.', {
  NONE: 'Not signed in.',
  VIEWER: 'Reads everything.',
  OPERATOR: 'Checks, safe repairs, pause, acknowledge, reload.',
  ADMIN: 'Everything.',
})

export const Phase = describedEnum<Uppercase<RunProgress['phase']>>('RunPhase', 'What a run is doing.', {
  READING: 'Reading both sides.',
  PLANNING: 'Making the plan.',
  WAITING: 'Waiting, for example before another try.',
  PREPARING: 'Short commands on one host: a bookmark, a swap.',
  TRANSFERRING: 'Data is moving.',
  VERIFYING: 'Reading both sides again.',
  DONE: 'Ended.',
})

export const StepState = describedEnum<ActionRecord['state'] | 'PENDING'>('StepState', 'Where a step stands.', {
  PENDING: 'Not begun.',
  RUNNING: 'Under way.',
  SUCCEEDED: 'Done.',
  FAILED: 'Ended by an error.',
  CANCELLED: 'Stopped by a person.',
  INTERRUPTED: 'The witness ended while it ran.',
  SKIPPED: 'Left out.',
})

export const ActionKind = describedEnum<ActionRecord['kind']>('ActionKind', 'What an entry of a run tells.', {
  COMMAND: 'A command sent to a SAN.',
  TRANSFER: 'A stream from one SAN to the other.',
  DECISION: 'Something was decided.',
})
