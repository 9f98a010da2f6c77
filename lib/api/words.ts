import { z } from 'zod'
import type { AccessRole } from '#config/effective.ts'
import type {
  ActionRecord,
  ActorKind as KindOfActor,
  RunKind as KindOfRun,
  RunResult as Result,
  RunProgress,
  TriggerType as Type,
} from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { Topic as Word } from '#lib/events/types.ts'
import type { AutomaticCode as Automatic, PlanKind as Planned, Step } from '#lib/replication/types/plan.ts'
import type {
  ReasonCode as Code,
  Health as HealthWord,
  Reason,
  Status as StatusWord,
} from '#lib/replication/types/reason.ts'
import type { Role as RoleWord } from '#lib/text/ranks.ts'
import { describedEnum } from './fields.ts'

const HEALTH: Readonly<Record<HealthWord, string>> = {
  HEALTHY: 'A common snapshot exists and the delay is within the warning limit.',
  WARNING: 'The delay is over the warning limit, or something else needs attention.',
  BROKEN: 'The delay is over the maximum, or replication cannot go on as it is.',
  UNKNOWN: 'Nobody could look, or the last look is too old.',
}

export const Health = describedEnum<HealthWord>('Health', 'How well the backup is.', HEALTH)

export const Status = describedEnum<StatusWord>('Status', 'What is shown: the health, or that a repair is running.', {
  ...HEALTH,
  REPAIRING: 'A repair is running; `health` says how it stood before.',
})

export const Severity = describedEnum<Reason['severity']>('Severity', 'How much a reason weighs.', {
  ...HEALTH,
  NOTE: 'Worth knowing; never decides the status.',
})

export const Activity = describedEnum<DatasetView['activity']>('Activity', 'What is happening now.', {
  IDLE: 'Nothing.',
  CHECKING: 'Both sides are being read.',
  QUEUED: 'A repair is waiting for its turn.',
  REPAIRING: 'A repair is running.',
})

/** Stable codes: a new one may come, none changes its meaning. */
export const ReasonCode = describedEnum<Code>('ReasonCode', 'Why the status is what it is.', {
  HALF_DONE_SWAP: 'A repair was cut off while it swapped datasets on the backup; finishing it takes seconds.',
  POOL_UNAVAILABLE: 'A pool is not imported, suspended, faulted or read-only.',
  PRIMARY_LOST_HISTORY:
    'The primary lost snapshots that retention does not explain; the backup may be the only copy of them.',
  PRIMARY_REPLACED: 'The primary is another dataset than before; the backup may be the only good copy.',
  PRIMARY_REWOUND: 'The primary went back in time; the backup may be the only good copy.',
  CHILDREN_GONE: 'More than half of the children of a tree are gone at once on the primary; their backups are kept.',
  PRIMARY_DATASET_MISSING: 'The primary dataset does not exist.',
  BACKUP_DATASET_MISSING: 'The backup dataset does not exist; its pool is imported.',
  PRIMARY_EMPTY: 'The primary has no snapshot that the policy wants.',
  NO_COMMON_SNAPSHOT: 'Both sides share no snapshot, so an incremental send is impossible.',
  LAG_CRITICAL: 'The delay is over the maximum.',
  WITNESS_ISOLATED: 'No SAN at all can be reached from the witness.',
  HOST_KEY_CHANGED: 'A SAN answered with another host key; nothing was sent.',
  AUTH_FAILED: "A SAN refused the witness's key.",
  HOST_UNREACHABLE: 'A SAN cannot be reached over SSH.',
  INTERNAL: 'The witness itself failed at this dataset; the log has the fault under its number.',
  LISTING_TIMED_OUT: 'A SAN is reachable, but its listing took longer than the limits give it.',
  STALE_CHECK: 'The last look is older than two intervals.',
  NOT_CHECKED: 'Nobody has looked yet.',
  PRIMARY_REWRITTEN: 'One snapshot of the primary rewrote most of its data, as ransomware that encrypts does.',
  BACKUP_IN_USE: 'The backup is being written to: someone may be working on it.',
  NAME_CLASH: 'Both sides have a snapshot of one name with different guids.',
  BACKUP_MODIFIED: 'The backup was written to after its last snapshot.',
  BACKUP_AHEAD: 'The backup holds snapshots newer than the last common one that the primary does not have.',
  ENCRYPTION_MISMATCH:
    'One side is sent or kept encrypted in a way that the other cannot take, or would be sent decrypted and no person has decided that.',
  REPAIR_FAILING: 'Repairs failed twice in the same way; they are tried once a day until a check sees the cause gone.',
  STALLED: 'A transfer moves no data.',
  PERMISSION_MISSING: "The witness's user lacks a ZFS permission.",
  LOW_SPACE: 'The repair needs more space than the target pool can give.',
  ANOTHER_WITNESS: 'Another witness repaired this backup within the last day; this one starts nothing there by itself.',
  SET_ASIDE_LIMIT: 'As many datasets as may be were set aside already; a person must look at them.',
  PARTIAL_RECEIVE: 'A transfer stopped part-way and can resume.',
  BASE_IS_BOOKMARK: 'The last common snapshot is gone from the primary, but its bookmark is there.',
  CHAIN_AT_RISK: 'The last common snapshot is protected by nothing.',
  LAGGING: 'The delay is over the warning limit.',
  RECOVERY_POINT_OLD: 'The newest common snapshot is older than the policy allows.',
  WINDOW_MISSED: 'The backup SAN was off for a whole window in which it should have been on.',
  PRIMARY_STALE: 'The primary takes no new snapshots that policy wants; replication is not the problem.',
  PRIMARY_STOPPED: 'The primary has taken no new snapshot that policy wants for three times as long as it may.',
  POOL_DEGRADED: 'A pool is degraded; incrementals go on, seeds ask.',
  CLOCK_SKEW: "A SAN's clock is wrong, so ages are uncertain.",
  RETIRED: 'Children of a recursive dataset are gone on the primary; their backups are kept.',
  WITHIN_POLICY: 'The backup is behind, but within what the policy allows.',
  UP_TO_DATE: 'The backup has the newest snapshot.',
  GAP_ON_BACKUP: 'Older snapshots of the primary never reached the backup.',
  EXTRA_ON_BACKUP: 'The backup has snapshots of its own that are in nobody’s way.',
  BUSY: 'Another receive is running there, or ran lately, not started from here.',
  WAITING_FOR_WINDOW: 'A repair waits for its window.',
  HOST_OFFLINE_PLANNED: 'The backup SAN is off as planned; the last status stays.',
  CONTAINER: 'A dataset that only holds others and has no snapshots of its own; what is below it is replicated.',
  ALL_LEFT_OUT: 'The policy wants none of the snapshots of the primary; both sides are together by another tool.',
  CANMOUNT_UNSURE: 'A swap may have been cut off before its last command; nothing is on record of it.',
  NEW_CHILD: 'A child of a recursive dataset that has just appeared; its first backup is not due yet.',
})

export const PlanKind = describedEnum<Planned>('PlanKind', 'What a repair would do.', {
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
type IfInterruptedWord = 'RESUMES' | 'REUSED' | 'COMPLETED_AT_NEXT_START' | 'HARMLESS' | 'STARTS_AGAIN'

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

export const RunKind = describedEnum<KindOfRun>('RunKind', 'What kind of work a run is.', {
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

export const UserRole = describedEnum<Uppercase<AccessRole>>('UserRole', 'What somebody may do.', {
  VIEWER: 'Reads everything but the audit.',
  OPERATOR: 'Also checks, safe repairs, pause, acknowledge, reload, the audit.',
  ADMIN: 'Also repairs that destroy, users and tokens.',
})

export const ActorKind = describedEnum<Uppercase<KindOfActor>>('ActorKind', 'How the one who asked was recognised.', {
  SESSION: 'Signed in with a browser.',
  TOKEN: 'By an API token.',
  SOCKET: 'As the owner of the socket or of the process: the command line.',
  PROXY: 'Named by the reverse proxy.',
  NONE: 'Not at all.',
  SCHEDULE: 'The witness itself.',
})

export const roleWord = (role: AccessRole): Uppercase<AccessRole> => role.toUpperCase() as Uppercase<AccessRole>
export const storedRole = (role: Uppercase<AccessRole>): AccessRole => role.toLowerCase() as AccessRole
export const kindWord = (kind: KindOfActor): Uppercase<KindOfActor> => kind.toUpperCase() as Uppercase<KindOfActor>

export const userName = z.string().min(1).max(64).describe('Lower case.')
export const password = z.string().min(1).max(1000).meta({ secret: true, description: 'At least 10 characters.' })

export const Topic = describedEnum<Word>('Topic', 'What can be watched.', {
  status: 'The counts and the headline, at most once a second.',
  dataset: 'A dataset summary that changed.',
  run: 'A run whose state changed.',
  progress: 'How far a run is, at most once a second for each.',
  log: 'Records of the log; only when asked for.',
  config: 'The configuration was reloaded, or its file changed.',
  host: 'Reachability or a pool of a SAN changed.',
})
