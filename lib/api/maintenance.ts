import { z } from 'zod'
import type { MaintenanceRecord, MaintenanceScope as Scope } from '#lib/db/types.ts'
import type { Engine, Maintenance as Kept, MaintenanceRequest } from '#lib/engine/types.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { parseWhen, WHEN_FORMS } from '#lib/text/when.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { DAY_MS, describedEnum, Timestamp } from './fields.ts'
import { datasetId, hostId, impossible, untilFields, untilOf, When } from './refusals.ts'

export const MaintenanceKind = describedEnum<'PAUSE' | 'ACK'>('MaintenanceKind', 'What it keeps still.', {
  PAUSE: 'Repairs: none begins, by itself or by a person. Of the scheduler: no scheduled check begins.',
  ACK: 'Alarms: somebody knows. The status stays.',
})

const MaintenanceState = describedEnum<'PLANNED' | 'IN_FORCE' | 'OVER'>('MaintenanceState', 'Where it stands.', {
  PLANNED: 'It begins by itself.',
  IN_FORCE: 'It holds now.',
  OVER: 'Its time is over, or somebody has ended it.',
})

const MOST_NAMES = 1000

/** What it is asked for: one of these fields. */
const WantedScope = z
  .strictObject({
    hosts: z.array(hostId).min(1).max(100).optional().describe('Every dataset that has one of these SANs as a side.'),
    pair: z.string().min(1).max(300).optional().describe('Every dataset of this pair.'),
    datasets: z
      .array(datasetId)
      .min(1)
      .max(MOST_NAMES)
      .optional()
      .describe('These; of a `recursive` one the children below it too.'),
    all: z.literal(true).optional().describe('Every dataset.'),
    scheduler: z.literal(true).optional().describe('No scheduled check begins; a person’s goes on. Only to pause.'),
  })
  .meta({ id: 'MaintenanceScopeWanted', description: 'For what: exactly one of these fields.' })

export const MaintenanceInput = z.strictObject({
  kind: MaintenanceKind,
  scope: WantedScope,
  from: When.optional().describe(`When it begins; default: now. ${WHEN_FORMS}.`),
  ...untilFields,
})

const ScopeWord = z.enum(['ALL', 'HOSTS', 'PAIR', 'DATASETS', 'SCHEDULER'])

const MaintenanceScope = z
  .object({
    kind: ScopeWord,
    names: z.array(z.string()).describe('Ids of the SANs or datasets, or the name of the pair; else empty.'),
  })
  .meta({ id: 'MaintenanceScope', description: 'What it is for.' })

export const Maintenance = z
  .object({
    id: z.string(),
    kind: MaintenanceKind,
    state: MaintenanceState,
    scope: MaintenanceScope,
    about: z
      .string()
      .describe('What it is for, in words.')
      .meta({ examples: ['SAN hqs7'] }),
    datasets: z.number().int().describe('How many datasets it is for as they are now.'),
    from: Timestamp,
    until: Timestamp.nullable().describe('Null: until somebody ends it.'),
    by: z.string(),
    reason: z.string().nullable(),
    madeAt: Timestamp,
    endedAt: Timestamp.nullable().describe('Set where somebody ended it.'),
    endedBy: z.string().nullable(),
  })
  .meta({ id: 'Maintenance', description: 'A pause or an acknowledgement of many, now, planned or over.' })

export type MaintenanceView = z.input<typeof Maintenance>

/** As much as a banner says. */
export const MaintenanceNote = Maintenance.pick({
  id: true,
  kind: true,
  about: true,
  from: true,
  until: true,
  by: true,
  reason: true,
})
  .extend({ scope: ScopeWord })
  .meta({ id: 'MaintenanceNote', description: 'A pause or an acknowledgement of many that is in force.' })

export type MaintenanceNoteView = z.input<typeof MaintenanceNote>

export function maintenanceNote({ id, kind, scope, about, from, until, by, reason }: Kept): MaintenanceNoteView {
  return {
    id: String(id),
    kind: kindWord(kind),
    scope: scopeWord(scope.kind),
    about,
    from: iso(from),
    until: isoOrNull(until),
    by,
    reason,
  }
}

/** Of all that are in force. */
export function maintenanceNotes(engine: Pick<Engine, 'maintenances'>): MaintenanceNoteView[] {
  return engine
    .maintenances()
    .filter(({ stage }) => stage === 'in force')
    .map(maintenanceNote)
}

/** Most characters of a reason within a sentence. */
const REASON_LIMIT = 80

/** `Checks are paused until 2026-11-22 18:00 by anna: disk swap`, of a pause of the scheduler. */
export function pausedWords({ until, by, reason }: Pick<Kept, 'until' | 'by' | 'reason'>, zone: string): string {
  const end = until === null ? '' : ` until ${zonedMinute(until, zone)}`
  return `Checks are paused${end} by ${by}${reason === null ? '' : `: ${cleanLine(reason, REASON_LIMIT)}`}`
}

const STATES = { planned: 'PLANNED', 'in force': 'IN_FORCE', over: 'OVER' } as const

export function maintenanceView(kept: Kept): MaintenanceView {
  const { id, kind, stage, scope, about, concerns, by, reason, endedBy } = kept
  return {
    id: String(id),
    kind: kindWord(kind),
    state: STATES[stage],
    scope: { kind: scopeWord(scope.kind), names: [...namesOf(scope)] },
    about,
    datasets: concerns.length,
    from: iso(kept.from),
    until: isoOrNull(kept.until),
    by,
    reason,
    madeAt: iso(kept.madeAt),
    endedAt: isoOrNull(kept.endedAt),
    endedBy,
  }
}

const kindWord = (kind: MaintenanceRecord['kind']) => kind.toUpperCase() as Uppercase<MaintenanceRecord['kind']>
const scopeWord = (kind: Scope['kind']) => kind.toUpperCase() as Uppercase<Scope['kind']>

function namesOf(scope: Scope): readonly string[] {
  if (scope.kind === 'hosts') return scope.hosts
  if (scope.kind === 'datasets') return scope.ids
  return scope.kind === 'pair' ? [scope.pair] : []
}

/** Whoever plans further ahead means another year. */
const FURTHEST_MS = 366 * DAY_MS

/** @throws Problem 422 for a scope that is none or two, and for times that cannot be meant */
export function maintenanceRequest(
  { kind, scope, from, reason, ...limit }: z.output<typeof MaintenanceInput>,
  { now, zone, by }: { readonly now: number; readonly zone: string; readonly by: string },
): MaintenanceRequest {
  const wanted = wantedScope(scope)
  if (wanted.kind === 'scheduler' && kind === 'ACK')
    impossible('/kind', 'The scheduler can only be paused; what it finds is acknowledged for its datasets.')
  const begin = from === undefined ? now : beginOf(from, now, zone)
  const until = untilOf(limit, { after: begin, zone })
  return { kind: kind === 'PAUSE' ? 'pause' : 'ack', scope: wanted, from: begin, until, by, reason: reason ?? null }
}

function beginOf(from: string, now: number, zone: string): number {
  const at = parseWhen(from, { zone, after: now })
  if (at === null) impossible('/from', `${JSON.stringify(from)} is no time; write ${WHEN_FORMS}.`)
  if (at < now) impossible('/from', `${from} is over; leave it out to begin now.`)
  if (at > now + FURTHEST_MS) impossible('/from', `${from} is more than a year ahead.`)
  return at
}

function wantedScope(scope: z.output<typeof WantedScope>): Scope {
  const given = Object.entries(scope).filter(([, value]) => value !== undefined)
  if (given.length !== 1)
    impossible('/scope', 'Give exactly one of `hosts`, `pair`, `datasets`, `all` and `scheduler`.')
  const { hosts, pair, datasets, scheduler } = scope
  if (hosts !== undefined) return { kind: 'hosts', hosts }
  if (pair !== undefined) return { kind: 'pair', pair }
  if (datasets !== undefined) return { kind: 'datasets', ids: datasets }
  return scheduler === true ? { kind: 'scheduler' } : { kind: 'all' }
}

/** The id of one as it is written in an address. */
export const maintenanceId = z.string().max(20)

/** Its number; 0, which none has, for a text that is no number. */
export function maintenanceNumber(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0
}
