import type { DatasetView } from '#lib/engine/types.ts'
import type { Health as HealthWord, Reason, Status as StatusWord } from '#lib/replication/types/reason.ts'
import { describedEnum } from './described-enum.ts'

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
