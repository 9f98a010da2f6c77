import { randomUUID } from 'node:crypto'
import type { OutboxRecord } from '#lib/db/types.ts'
import type { Draft } from '#lib/incidents/tell.ts'
import type { Incident } from '#lib/incidents/types.ts'
import type { Message } from '#lib/notify/message.ts'
import { counted, durationText, iso } from '#lib/text/words.ts'

const MOST_LINES = 30

type Plain = Pick<Message, 'event' | 'title' | 'paragraphs' | 'path' | 'at'> & { readonly since: number | null }

/** A message that is about no incident. */
export function plainMessage(facts: Plain): Message {
  return {
    id: randomUUID(),
    incidentId: null,
    severity: 'info',
    state: null,
    previousState: null,
    datasets: [],
    datasetCount: 0,
    reason: null,
    pairs: [],
    durationSeconds: null,
    lagSeconds: null,
    runId: null,
    suppressed: false,
    ...facts,
  }
}

/** In place of everything that waited for a channel while it was down, or quiet: what still is so, then what came and went. */
export function summaryOf(
  waited: readonly OutboxRecord[],
  incidents: ReadonlyMap<string, Incident>,
  now: number,
): Message {
  const newest = new Map(waited.map((each) => [each.message.incidentId ?? each.message.id, each.message]))
  const all = [...newest.values()]
  const isOpen = (message: Message): boolean =>
    message.incidentId !== null && incidents.get(message.incidentId)?.resolvedAt === null
  const open = all.filter(isOpen)
  const rest = all.filter((message) => !isOpen(message))
  const since = Math.min(...waited.map(({ at }) => at))
  const critical = open.some(({ severity }) => severity === 'critical')
  return {
    ...plainMessage({
      event: 'summary',
      title: `[SUMMARY] ${counted(waited.length, 'message')} since ${iso(since)}: ${open.length} still open`,
      paragraphs: [
        `They could not be sent before, for ${durationText((now - since) / 1000)}.`,
        ...lines('Still so', open),
        ...lines('Came and went', rest),
      ],
      path: '/incidents',
      at: now,
      since,
    }),
    severity: critical ? 'critical' : open.length > 0 ? 'warning' : 'info',
    datasets: open.flatMap(({ datasets }) => datasets).slice(0, 50),
    datasetCount: open.reduce((sum, { datasetCount }) => sum + datasetCount, 0),
    facts: {
      incidentIds: all.flatMap(({ incidentId }) => incidentId ?? []),
      messageIds: waited.map(({ message }) => message.id),
    },
  }
}

function lines(head: string, messages: readonly Message[]): readonly string[] {
  if (messages.length === 0) return []
  const shown = messages.slice(0, MOST_LINES).map(({ title, at }) => `${iso(at)} ${title}`)
  const more = messages.length - shown.length
  return [`${head}:`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])]
}

/** Once a day, what is still broken; null: nothing is. */
export function digestOf(incidents: readonly Incident[], now: number): Draft | null {
  const open = incidents.filter(({ resolvedAt, state }) => resolvedAt === null && state !== 'SUPPRESSED')
  const broken = open.filter(({ severity }) => severity === 'critical')
  if (broken.length === 0) return null
  const warnings = open.length - broken.length
  const message = plainMessage({
    event: 'digest.daily',
    title: `[DIGEST] ${broken.length} broken${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}`,
    paragraphs: broken
      .slice(0, MOST_LINES)
      .map(
        (each) =>
          `${each.message} Since ${iso(each.since)} (${durationText((now - each.since) / 1000)})${each.state === 'ACKED' || each.state === 'SNOOZED' ? '; somebody knows' : ''}.`,
      ),
    path: '/incidents',
    at: now,
    since: Math.min(...broken.map(({ since }) => since)),
  })
  return { message, rank: 'critical' }
}

/** To try a channel. */
export function testMessage(by: string, now: number): Message {
  return plainMessage({
    event: 'test',
    title: '[TEST] zwitness can reach you',
    paragraphs: [`${by} asked for this message at ${iso(now)}. Nothing is wrong.`],
    path: '/incidents',
    at: now,
    since: null,
  })
}
