import type { MaintenanceView, StatusView } from '../answers.ts'

const WORDS = { PAUSE: 'paused', ACK: 'acknowledged' } as const

/** `SAN hqs7 is paused until 2026-11-23T05:00:00Z by anna: disk swap (maintenance 7).` */
export function maintenanceSentence(maintenance: MaintenanceView): string {
  const { id, kind, state, about, from, endedBy } = maintenance
  const what = `${about} ${isMany(maintenance) ? 'are' : 'is'}`
  if (state === 'OVER')
    return `${what} no longer ${WORDS[kind]} (maintenance ${id}${endedBy === null ? '' : `, ended by ${endedBy}`}).`
  const begin = state === 'PLANNED' ? ` from ${from}` : ''
  return `${what} ${WORDS[kind]}${begin}${untilAndWho(maintenance)} (maintenance ${id}).`
}

/** The same of what is in force, for a screen of its own. */
export function noteSentence(note: StatusView['maintenance'][number]): string {
  const { kind, about } = note
  return `${about}: ${WORDS[kind]}${untilAndWho(note)}`
}

function untilAndWho({ until, by, reason }: Pick<MaintenanceView, 'until' | 'by' | 'reason'>): string {
  return `${until === null ? '' : ` until ${until}`} by ${by}${reason === null ? '' : `: ${reason}`}`
}

function isMany({ scope: { kind, names } }: MaintenanceView): boolean {
  return kind === 'ALL' || ((kind === 'HOSTS' || kind === 'DATASETS') && names.length > 1)
}

export function maintenanceRecord(maintenance: MaintenanceView): (string | number | null)[] {
  const { id, kind, state, scope, datasets, from, until, by, reason, endedAt, endedBy } = maintenance
  return [id, kind, state, scope.kind, scope.names.join(','), datasets, from, until, by, reason, endedAt, endedBy]
}
