import type { Availability, LookFault, Reason } from '../types.ts'
import type { JudgeContext } from './context.ts'

/** A side that could not be looked at. */
export interface Unseen {
  readonly fault: LookFault
  readonly availability: Availability
  readonly role: 'primary' | 'backup'
}

export function unseenSides({ input }: JudgeContext): readonly Unseen[] {
  const { primary, backup } = input.inventory
  return [
    ...(primary.state === 'unknown'
      ? [{ fault: primary.fault, availability: input.primaryAvailability, role: 'primary' as const }]
      : []),
    ...(backup.state === 'unknown'
      ? [{ fault: backup.fault, availability: input.backupAvailability, role: 'backup' as const }]
      : []),
  ]
}

/** Only silence is planned: a refused key or another host key is a fault at any hour. */
export function isPlanned({ fault, availability }: Unseen): boolean {
  return availability.kind === 'planned-off' && fault.reason === 'HOST_UNREACHABLE'
}

/** The reasons for not having looked, one per host. */
export function hostReasons(context: JudgeContext): readonly Reason[] {
  const reasons = unseenSides(context).flatMap((side) => [hostReason(context, side), ...missedWindows(context, side)])
  const seen = new Set<string>()
  // Both sides on one host, or the witness alone: one sentence, not two.
  return reasons.filter((each) => {
    const key = each.code === 'WITNESS_ISOLATED' ? each.code : `${each.code} ${String(each.evidence.host)}`
    return !seen.has(key) && seen.add(key)
  })
}

function hostReason({ input, tell }: JudgeContext, side: Unseen): Reason {
  const { fault } = side
  const last = input.memory.last
  const lastLookAt = last?.at ?? null
  const lastHealth = last?.health ?? null
  if (isPlanned(side)) {
    const lastSeenAt = side.role === 'backup' ? (input.memory.backupSeenAt ?? lastLookAt) : lastLookAt
    return tell('HOST_OFFLINE_PLANNED', { host: fault.host, backAt: side.availability.backAt, lastSeenAt, lastHealth })
  }
  if (input.isolated && fault.reason === 'HOST_UNREACHABLE') return tell('WITNESS_ISOLATED', { lastLookAt, lastHealth })
  if (fault.reason === 'LISTING_TIMED_OUT') {
    const { host, message, setting = null } = fault
    return tell('LISTING_TIMED_OUT', { host, message, setting, lastLookAt, lastHealth })
  }
  if (fault.reason === 'INTERNAL')
    return tell('INTERNAL', { number: fault.number ?? '0', message: fault.message, lastLookAt, lastHealth })
  return tell(fault.reason, { host: fault.host, kind: fault.kind, message: fault.message, lastLookAt, lastHealth })
}

function missedWindows({ input, tell }: JudgeContext, { fault, availability }: Unseen): readonly Reason[] {
  if (fault.reason !== 'HOST_UNREACHABLE' || availability.missedWindows === 0) return []
  const evidence = {
    host: fault.host,
    windows: availability.missedWindows,
    lastSeenAt: input.memory.backupSeenAt,
    backAt: availability.backAt,
  }
  return [tell('WINDOW_MISSED', evidence)]
}
