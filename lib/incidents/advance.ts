import { randomUUID } from 'node:crypto'
import { caseAfter, isFirm, isForgotten, isOver, severityOf } from './cases.ts'
import { incidentAfter, opened, relapsed, withMembers } from './incident.ts'
import type { Book, Case, EndedBy, Incident, Sight, TellingSettings } from './types.ts'

/** What one moment changes in the book. */
export interface Advanced {
  readonly book: Book
  readonly changedIncidents: readonly Incident[]
  readonly changedCases: readonly Case[]
  /** Subjects of which nothing is remembered any more. */
  readonly forgotten: readonly string[]
}

const DAY_MS = 86_400_000

/**
 * Takes in what is seen at this moment. Pure but for the ids of new incidents. `sights` are all subjects there are: one that
 * is missing is watched no longer. What is to be told is left in the incidents as `due`; `tell` takes it from there.
 */
export function advance(
  before: Book,
  sights: readonly Sight[],
  settings: TellingSettings,
  now: number,
  newId: () => string = randomUUID,
): Advanced {
  const cases = new Map<string, Case>()
  const incidents = new Map(before.incidents)
  const ended = new Map<string, EndedBy>()
  const joins = new Map<string, number>()
  const forgotten: string[] = []
  const here = new Set(sights.map(({ subject }) => subject))

  for (const each of before.cases.values()) {
    if (here.has(each.subject)) continue
    forgotten.push(each.subject)
    if (each.incident !== null) ended.set(each.incident, { kind: 'removed', runId: null, by: null, at: now })
  }
  for (const sight of sights) {
    const known = before.cases.get(sight.subject) ?? null
    const next = placed(caseAfter(known, sight, now))
    if (isForgotten(next, now)) {
      if (known !== null) forgotten.push(sight.subject)
    } else cases.set(sight.subject, next)
  }

  /** Which incident it is part of from now on. */
  function placed(each: Case): Case {
    if (each.incident !== null && isOver(each)) {
      ended.set(each.incident, endOf(each, now))
      return { ...each, incident: null, severity: null, since: null, told: false, trouble: null }
    }
    if (each.incident === null && !isFirm(each, settings, now)) return each
    const cause = causeOf(each)
    const mine = each.incident === null ? undefined : incidents.get(each.incident)
    const severity = severityOf(each)
    // Another reason is another incident only where it is worse: reasons come and go while one thing is wrong.
    const worse = severity === 'critical' && each.severity === 'warning'
    if (mine !== undefined && (mine.cause === cause || cause === null || !(worse || each.flapping)))
      return { ...each, severity }
    const joined = openFor(cause ?? each.subject, { ...each, severity })
    if (mine !== undefined) ended.set(mine.id, { kind: 'moved', runId: null, by: null, at: now })
    joins.set(joined.id, (joins.get(joined.id) ?? 0) + 1)
    return { ...each, severity, incident: joined.id, told: false }
  }

  /** The incident of a cause: the one that is open, the one that was over for less than a day, or a new one. */
  function openFor(cause: string, each: Case): Incident {
    const same = [...incidents.values()].filter((incident) => incident.cause === cause)
    const open = same.find(({ resolvedAt }) => resolvedAt === null)
    if (open !== undefined) return open
    const lately = same.find(({ resolvedAt }) => resolvedAt !== null && now - resolvedAt < DAY_MS)
    const next = lately === undefined ? opened({ id: newId(), cause, each, now }) : relapsed(lately, each, now)
    incidents.set(next.id, next)
    return next
  }

  const members = Map.groupBy(
    [...cases.values()].filter(({ incident }) => incident !== null),
    ({ incident }) => incident,
  )
  const changedIncidents: Incident[] = []
  for (const incident of incidents.values()) {
    if (incident.resolvedAt !== null && members.get(incident.id) === undefined) {
      if (now - incident.resolvedAt >= DAY_MS && incident.due === null) incidents.delete(incident.id)
      else if (incident !== before.incidents.get(incident.id)) changedIncidents.push(incident)
      continue
    }
    const own = members.get(incident.id) ?? []
    const everCount = incident.everCount + (joins.get(incident.id) ?? 0)
    const next = incidentAfter({ ...withMembers(incident, own), everCount }, own, {
      now,
      endedBy: ended.get(incident.id) ?? { kind: 'itself', runId: null, by: null, at: now },
    })
    incidents.set(incident.id, next)
    if (JSON.stringify(next) !== JSON.stringify(before.incidents.get(incident.id))) changedIncidents.push(next)
  }
  const changedCases = [...cases.values()].filter(
    (each) => JSON.stringify(each) !== JSON.stringify(before.cases.get(each.subject)),
  )
  return { book: { incidents, cases }, changedIncidents, changedCases, forgotten }
}

/** What flaps is an incident of its own: it would hide what others of the same cause do. */
function causeOf({ flapping, subject, trouble }: Case): string | null {
  return flapping ? subject : (trouble?.cause ?? null)
}

/** A repair that came after the trouble began is what ended it. */
function endOf({ datasets, since, clearSince, kind }: Case, now: number): EndedBy {
  const at = clearSince ?? now
  const repaired = kind === 'dataset' || kind === 'repair' ? datasets[0]?.repaired : undefined
  if (repaired == null || since === null || repaired.at < since) return { kind: 'itself', runId: null, by: null, at }
  return { kind: 'run', runId: repaired.runId, by: repaired.by, at }
}
