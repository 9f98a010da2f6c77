import { isLoud } from './cases.ts'
import type { Case, EndedBy, Incident, IncidentState, Telling } from './types.ts'

/** Collected for so long, so that what happens together is told together. */
const COLLECT_MS = 60_000
/** No cause is told twice within so long, unless it got worse, came back, or a silence has ended. */
const QUIET_MS = 4 * 3600_000
const DAY_MS = 86_400_000
/** Distances of reminders, days; the last one holds for all that follow. */
const REMINDERS = [1, 2, 4, 8] as const
const MOST_MEMBERS = 200
const MOST_DATASETS = 50
const MOST_LINES = 50

export function opened({
  id,
  cause,
  each,
  now,
}: {
  readonly id: string
  readonly cause: string
  readonly each: Case
  readonly now: number
}): Incident {
  return {
    id,
    cause,
    kind: each.kind,
    host: each.host,
    state: 'PENDING',
    severity: each.severity ?? 'warning',
    peak: each.severity ?? 'warning',
    code: each.trouble?.code ?? 'FLAPPING',
    message: each.trouble?.message ?? '',
    action: each.trouble?.action ?? null,
    pairs: [],
    since: each.since ?? now,
    firedAt: now,
    resolvedAt: null,
    endedBy: null,
    members: [],
    memberCount: 0,
    everCount: 0,
    datasets: [],
    datasetCount: 0,
    due: null,
    toldAt: null,
    toldSeverity: null,
    toldState: null,
    reminders: 0,
    remindAt: null,
    ack: null,
    wasAcked: false,
    relapses: 0,
    timeline: [{ at: now, text: 'It began.' }],
  }
}

/** It was over for less than a day: the same incident goes on. */
export function relapsed(incident: Incident, each: Case, now: number): Incident {
  return {
    ...incident,
    state: 'PENDING',
    since: each.since ?? now,
    resolvedAt: null,
    endedBy: null,
    reminders: 0,
    remindAt: null,
    relapses: incident.relapses + 1,
    ack: null,
    // Its end was not told yet: for whoever reads, it never ended.
    due: dueAt(now, incident.toldAt === null ? 'fired' : incident.due?.what === 'recovered' ? 'still' : 'relapse'),
    timeline: noted(incident, now, 'It came back.'),
  }
}

/** The incident with those that are part of it now. Of one that has none any more, what it was stays to be read. */
export function withMembers(incident: Incident, own: readonly Case[]): Incident {
  if (own.length === 0) return { ...incident, members: [], memberCount: 0 }
  const sorted = own.toSorted(
    (a, b) => weight(b) - weight(a) || (a.since ?? 0) - (b.since ?? 0) || (a.subject < b.subject ? -1 : 1),
  )
  const worst = sorted[0] as Case
  const known = new Map(incident.datasets.map((each) => [each.id, each]))
  const datasets = new Map(sorted.flatMap((each) => each.datasets.map((dataset) => [dataset.id, dataset] as const)))
  const listed = [...datasets.values()]
    .slice(0, MOST_DATASETS)
    .map(({ id, name, primary, backup }) => ({ id, name, primary, backup }))
  // A host or a pool that is read again concerns nobody; those that it concerned are told of its end.
  const concerned = listed.length > 0 ? listed : [...known.values()]
  const severity = sorted.some((each) => each.severity === 'critical') ? 'critical' : 'warning'
  return {
    ...incident,
    severity,
    peak: incident.peak === 'critical' ? 'critical' : severity,
    host: own.every(({ host }) => host === worst.host) ? worst.host : incident.host,
    code: worst.trouble?.code ?? incident.code,
    message: worst.trouble?.message ?? incident.message,
    action: worst.trouble?.action ?? incident.action,
    pairs: pairsOf(sorted, incident),
    since: Math.min(...sorted.map((each) => each.since ?? incident.since)),
    members: sorted
      .slice(0, MOST_MEMBERS)
      .map(({ subject, name, since }) => ({ subject, name, since: since ?? incident.since })),
    memberCount: sorted.length,
    datasets: concerned,
    datasetCount: datasets.size > 0 ? datasets.size : incident.datasetCount,
  }
}

function pairsOf(sorted: readonly Case[], { pairs }: Incident): readonly string[] {
  const found = [...new Set(sorted.flatMap((each) => each.datasets.map(({ pair }) => pair)))].sort()
  return found.length > 0 ? found : pairs
}

function weight({ severity }: Case): number {
  return severity === 'critical' ? 1 : 0
}

/** The state of the incident, and what of it is to be told next. */
export function incidentAfter(
  incident: Incident,
  own: readonly Case[],
  { now, endedBy }: { readonly now: number; readonly endedBy: EndedBy },
): Incident {
  if (own.length === 0) return resolved(incident, endedBy, now)
  const loud = own.filter(isLoud)
  const state = stateOf(incident, own, loud, now)
  const next = {
    ...incident,
    state,
    wasAcked: incident.wasAcked || state === 'ACKED' || state === 'SNOOZED',
    // Who knows of it stands there already, where they said so of the incident.
    timeline:
      incident.state === state || (incident.ack !== null && (state === 'ACKED' || state === 'SNOOZED'))
        ? incident.timeline
        : noted(incident, now, STATE_LINES[state]),
  }
  if (isQuiet(state)) return { ...next, due: null, remindAt: null }
  return withDue(next, { before: incident.state, loud, own, now })
}

const STATE_LINES: Readonly<Record<IncidentState, string>> = {
  PENDING: 'Seen.',
  FIRING: 'It is to be told.',
  FLAPPING: 'It comes and goes.',
  ACKED: 'Somebody knows.',
  SNOOZED: 'Somebody knows, for a while.',
  SUPPRESSED: 'Paused: nothing is told.',
  RESOLVING: 'Seen in order once.',
  RESOLVED: 'Over.',
}

function isQuiet(state: IncidentState): boolean {
  return state === 'ACKED' || state === 'SNOOZED' || state === 'SUPPRESSED'
}

function stateOf(incident: Incident, own: readonly Case[], loud: readonly Case[], now: number): IncidentState {
  const { ack } = incident
  const worse = ack !== null && incident.severity === 'critical' && ack.severity === 'warning'
  if (ack !== null && !worse && (ack.until === null || ack.until > now)) return ack.until === null ? 'ACKED' : 'SNOOZED'
  if (loud.length === 0) {
    const silences = own.map(({ silence }) => silence)
    if (silences.some((silence) => silence?.kind === 'pause')) return 'SUPPRESSED'
    return silences.every((silence) => silence?.until != null) ? 'SNOOZED' : 'ACKED'
  }
  if (own.some(({ flapping }) => flapping)) return 'FLAPPING'
  return own.every(({ bad }) => bad === 0) ? 'RESOLVING' : 'FIRING'
}

interface Moment {
  readonly before: IncidentState
  readonly loud: readonly Case[]
  readonly own: readonly Case[]
  readonly now: number
}

function withDue(incident: Incident, at: Moment): Incident {
  const due = wanted(incident, at)
  const current = incident.due
  // What is waiting already is told with whatever else has happened by then.
  if (current !== null && (due === null || URGENCY[current.what] >= URGENCY[due.what])) return incident
  return due === null
    ? incident
    : { ...incident, due: current === null ? due : { what: due.what, at: Math.min(due.at, current.at) } }
}

const URGENCY: Readonly<Record<Telling, number>> = {
  recovered: 9,
  fired: 8,
  flapping: 7,
  relapse: 6,
  worse: 5,
  again: 4,
  still: 3,
  more: 2,
  reminder: 1,
}

function wanted(incident: Incident, { before, loud, own, now }: Moment): Incident['due'] {
  const { toldAt, toldSeverity, toldState, state } = incident
  if (toldAt === null) return state === 'RESOLVING' ? null : dueAt(now, state === 'FLAPPING' ? 'flapping' : 'fired')
  if (state === 'FLAPPING') {
    const escalated = loud.some(({ severity }) => severity === 'critical') && toldSeverity === 'warning'
    if (toldState !== 'FLAPPING') return dueAt(now, 'flapping')
    return escalated ? dueAt(now, 'worse') : null
  }
  if (toldState === 'FLAPPING' && state === 'FIRING') return dueAt(now, 'still')
  if (state !== 'FIRING') return null
  if (isQuiet(before)) return dueAt(now, 'still')
  if (toldSeverity === 'warning' && loud.some(({ severity }) => severity === 'critical')) return dueAt(now, 'worse')
  if (
    incident.kind === 'repair' &&
    own.some(({ trouble }) => trouble?.count === 3) &&
    incident.reminders === 0 &&
    !thirdTold(incident)
  )
    return dueAt(now, 'again')
  if (loud.some(({ told }) => !told)) return { what: 'more', at: Math.max(now + COLLECT_MS, toldAt + QUIET_MS) }
  // While a repair of it makes headway nobody need be reminded.
  if (incident.remindAt !== null && incident.remindAt <= now && !own.every(isBeingRepaired))
    return { what: 'reminder', at: now }
  return null
}

function thirdTold({ timeline }: Incident): boolean {
  return timeline.some(({ text }) => text === TOLD_LINES.again)
}

function isBeingRepaired({ datasets }: Case): boolean {
  return datasets.length > 0 && datasets.every(({ repair }) => repair !== null)
}

function dueAt(now: number, what: Telling): NonNullable<Incident['due']> {
  return { what, at: now + COLLECT_MS }
}

/** What was never told, because it was paused, ends as quietly; all else is told, once. */
function resolved(incident: Incident, endedBy: EndedBy, now: number): Incident {
  const told = incident.toldAt !== null || incident.due?.what === 'fired' || incident.wasAcked
  const silent = !told || endedBy.kind === 'moved'
  return {
    ...incident,
    state: 'RESOLVED',
    resolvedAt: now,
    endedBy,
    remindAt: null,
    due: silent ? null : dueAt(now, 'recovered'),
    timeline: noted(incident, now, STATE_LINES.RESOLVED),
  }
}

const TOLD_LINES: Readonly<Record<Telling, string>> = {
  fired: 'Told.',
  worse: 'Told that it got worse.',
  more: 'Told that there are more.',
  again: 'Told that it failed again.',
  flapping: 'Told that it comes and goes.',
  relapse: 'Told that it came back.',
  still: 'Told that it is still so.',
  reminder: 'Reminded.',
  recovered: 'Told that it is over.',
}

/** After a message about it was written. */
export function afterTelling(incident: Incident, now: number): Incident {
  const what = incident.due?.what
  if (what === undefined) return incident
  const reminders =
    what === 'reminder' ? incident.reminders + 1 : what === 'fired' || what === 'relapse' ? 0 : incident.reminders
  const days = REMINDERS[Math.min(reminders, REMINDERS.length - 1)] ?? 8
  const reminds = what !== 'recovered' && (incident.severity === 'critical' || incident.kind !== 'dataset')
  return {
    ...incident,
    due: null,
    toldAt: now,
    toldSeverity: incident.severity,
    toldState: incident.state,
    reminders,
    remindAt: reminds ? now + days * DAY_MS : null,
    timeline: noted(incident, now, TOLD_LINES[what]),
  }
}

function noted({ timeline }: Incident, at: number, text: string): Incident['timeline'] {
  return [...timeline, { at, text }].slice(-MOST_LINES)
}

/** How long the next reminder is away, days, after so many of them. */
export function reminderDays(reminders: number): number {
  return REMINDERS[Math.min(reminders, REMINDERS.length - 1)] ?? 8
}

/** Somebody knows of it; null takes that back. */
export function acknowledged(
  incident: Incident,
  ack: { readonly by: string; readonly until: number | null; readonly reason: string | null } | null,
  now: number,
): Incident {
  const text =
    ack === null
      ? 'The acknowledgement was taken back.'
      : `Acknowledged by ${ack.by}${ack.reason === null ? '' : `: ${ack.reason}`}.`
  return {
    ...incident,
    // At once, for whoever looks: the next look says the same.
    ...(ack === null
      ? { state: 'FIRING' }
      : { state: ack.until === null ? 'ACKED' : 'SNOOZED', due: null, wasAcked: true }),
    ack: ack === null ? null : { ...ack, at: now, severity: incident.severity },
    timeline: noted(incident, now, text),
  }
}
