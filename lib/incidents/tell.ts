import { randomUUID } from 'node:crypto'
import type { Message, Severity } from '#lib/notify/message.ts'
import { isLoud } from './cases.ts'
import { afterTelling } from './incident.ts'
import type { Book, Case, Incident, Telling } from './types.ts'
import { type Told, wordsOf } from './wording.ts'

/** A message, and how much it must matter to a channel to be sent there: the end of an incident as much as its worst. */
export interface Draft {
  readonly message: Message
  readonly rank: Severity
}

interface ToldOf {
  readonly book: Book
  readonly drafts: readonly Draft[]
  readonly changedIncidents: readonly Incident[]
  readonly changedCases: readonly Case[]
}

/**
 * Writes the messages that are due. What is due of the same kind, for the same reason, on the same host goes into one: what
 * happens together is told together.
 */
export function tell(before: Book, now: number, newId: () => string = randomUUID): ToldOf {
  const due = [...before.incidents.values()].filter((each) => each.due !== null)
  const ripe = new Set(due.filter((each) => (each.due?.at ?? now) <= now).map(groupOf))
  const together = Map.groupBy(
    due.filter((each) => ripe.has(groupOf(each))),
    groupOf,
  )
  const incidents = new Map(before.incidents)
  const cases = new Map(before.cases)
  const drafts: Draft[] = []
  const changedIncidents: Incident[] = []
  const changedCases: Case[] = []
  for (const group of together.values()) {
    const what = group[0]?.due?.what
    if (what === undefined) continue
    drafts.push(
      draftOf(
        what,
        group.map((incident) => told(incident, cases)),
        now,
        newId(),
      ),
    )
    for (const incident of group) {
      const next = afterTelling(incident, now)
      incidents.set(next.id, next)
      changedIncidents.push(next)
      for (const each of cases.values()) {
        if (each.incident !== incident.id || each.told || !isLoud(each)) continue
        const named = { ...each, told: true }
        cases.set(each.subject, named)
        changedCases.push(named)
      }
    }
  }
  return { book: { incidents, cases }, drafts, changedIncidents, changedCases }
}

/** One incident of many datasets is a message of its own; several of one dataset each are one. */
function groupOf({ due, host, code, kind, pairs, endedBy, id, memberCount, everCount }: Incident): string {
  const single = Math.max(memberCount, everCount) <= 1
  return JSON.stringify([due?.what, kind, host, code, pairs, endedBy?.kind ?? null, single ? '' : id])
}

function told(incident: Incident, cases: ReadonlyMap<string, Case>): Told {
  const own = [...cases.values()].filter((each) => each.incident === incident.id)
  return { incident, cases: own }
}

function draftOf(what: Telling, group: readonly Told[], now: number, id: string): Draft {
  const first = (group[0] as Told).incident
  const words = wordsOf(what, group, now)
  const datasets = new Map(group.flatMap(({ incident }) => incident.datasets.map((each) => [each.id, each] as const)))
  const peak = group.some(({ incident }) => incident.peak === 'critical') ? 'critical' : 'warning'
  const severity = group.some(({ incident }) => incident.severity === 'critical') ? 'critical' : 'warning'
  const since = Math.min(...group.map(({ incident }) => incident.since))
  const ended = what === 'recovered'
  const delays = group.flatMap(({ cases }) =>
    cases.flatMap((each) => each.datasets.map(({ delaySeconds }) => delaySeconds ?? 0)),
  )
  const runIds = group.flatMap(({ incident }) => incident.endedBy?.runId ?? [])
  const message: Message = {
    id,
    incidentId: first.id,
    event: words.event,
    severity: ended ? 'info' : severity,
    state: first.state,
    previousState: first.toldState,
    title: words.title,
    paragraphs: words.paragraphs,
    datasets: [...datasets.values()].slice(0, 50).map((each) => ({
      id: each.id,
      primary: `${each.primary.host}:${each.primary.dataset}`,
      backup: `${each.backup.host}:${each.backup.dataset}`,
    })),
    datasetCount: group.reduce((sum, { incident }) => sum + incident.datasetCount, 0),
    reason: { code: first.code, message: first.message, action: first.action },
    pairs: [...new Set(group.flatMap(({ incident }) => incident.pairs))],
    at: now,
    since,
    durationSeconds: ended ? Math.max(0, Math.round(((first.endedBy?.at ?? now) - since) / 1000)) : null,
    lagSeconds: delays.length === 0 ? null : Math.max(...delays),
    runId: runIds.length === 1 ? (runIds[0] ?? null) : null,
    path: group.length === 1 ? `/incidents/${first.id}` : '/incidents',
    suppressed: false,
    ...(group.length > 1 ? { facts: { incidentIds: group.map(({ incident }) => incident.id) } } : {}),
  }
  return { message, rank: ended || what === 'reminder' ? peak : severity }
}
