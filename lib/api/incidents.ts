import { z } from 'zod'
import type { OutboxRecord } from '#lib/db/types.ts'
import { isOver } from '#lib/incidents/cases.ts'
import type { Case, Incident as Known, IncidentState as StateWord } from '#lib/incidents/types.ts'
import { Problem } from '#lib/runtime/problem.ts'
import type { Telling } from '#lib/services.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum, pagingFields, Timestamp } from './fields.ts'
import { datasetId, hostId } from './refusals.ts'
import { ReasonCode } from './words.ts'

const IncidentState = describedEnum<StateWord>('IncidentState', 'Where an incident stands.', {
  PENDING: 'Seen, but not yet often or long enough to be told.',
  FIRING: 'It is so, and was told or will be within a minute.',
  FLAPPING: 'It comes and goes; no more is told until it has settled.',
  ACKED: 'Somebody knows; nothing more is told, but its end.',
  SNOOZED: 'Somebody knows, for a while; what is still so then is told.',
  SUPPRESSED: 'Paused; nothing is told.',
  RESOLVING: 'Seen in order once; after a second time it is over.',
  RESOLVED: 'Over.',
})

const IncidentSeverity = describedEnum<Known['severity']>('IncidentSeverity', 'How bad it is.', {
  critical: 'A dataset is BROKEN, or nothing can be looked at.',
  warning: 'Something needs attention.',
})

const IncidentKind = describedEnum<Known['kind']>('IncidentKind', 'What is out of order.', {
  dataset: 'One dataset, or several with a cause in common.',
  host: 'A SAN cannot be looked at.',
  pool: 'A pool is degraded or cannot be used.',
  repair: 'Repairs of a dataset fail.',
  witness: 'The witness itself.',
})

const Place = z.object({ host: z.string(), dataset: z.string() })

const fields = {
  id: z.string().describe('Every message about it carries it.'),
  state: IncidentState,
  severity: IncidentSeverity.describe('Now.'),
  peak: IncidentSeverity.describe('At its worst.'),
  kind: IncidentKind,
  code: z.string().describe('Reason code of the worst of it, or the code of the fault.'),
  message: z.string(),
  action: z.string().nullable(),
  host: z.string().nullable().describe('The SAN that it is about; null: several, or none.'),
  pairs: z.array(z.string()),
  since: Timestamp,
  resolvedAt: Timestamp.nullable(),
  durationSeconds: z.number().int().nullable().describe('Of one that is over.'),
  endedBy: z
    .object({
      kind: z.enum(['run', 'itself', 'removed', 'moved']),
      runId: z.string().nullable(),
      by: z.string().nullable(),
    })
    .nullable()
    .describe(
      'run: a repair. removed: it is watched no longer. moved: it got worse for another cause, which is an incident of its own.',
    ),
  datasets: z
    .array(z.object({ id: z.string(), name: z.string(), primary: Place, backup: Place }))
    .describe('At most 50.'),
  datasetCount: z.number().int(),
  toldAt: Timestamp.nullable().describe('When the newest message about it was written; null: none was.'),
  nextReminderAt: Timestamp.nullable(),
  relapses: z.number().int().describe('How often it came back within a day.'),
  ack: z
    .object({ by: z.string(), at: Timestamp, until: Timestamp.nullable(), reason: z.string().nullable() })
    .nullable(),
}

export const Incident = z
  .object(fields)
  .meta({ id: 'Incident', description: 'One cause, with all that it put out of order.' })
export type IncidentView = z.input<typeof Incident>

const MessageState = describedEnum<OutboxRecord['state']>('MessageState', 'Where a message is.', {
  WAITING: 'Not sent yet: quiet hours, or the channel does not take it.',
  SENT: 'The channel has taken it.',
  MERGED: 'Part of a summary that was sent instead.',
  OUTDATED: 'A later one was sent first.',
  REFUSED: 'The channel will never take it.',
  NO_CHANNEL: 'Its channel is not in the configuration any more.',
})

const SentMessage = z
  .object({
    id: z.string().describe('The same in every copy: for de-duplication.'),
    incidentId: z.string().nullable().describe('The one that it is about; null: several, or none.'),
    channel: z.string(),
    state: MessageState,
    event: z.string(),
    title: z.string(),
    at: Timestamp,
    endedAt: Timestamp.nullable(),
    attempts: z.number().int(),
    error: z.string().nullable(),
  })
  .meta({ id: 'SentMessage', description: 'A message on its way to one channel.' })
type SentMessageView = z.input<typeof SentMessage>

export const IncidentDetail = z
  .object({
    ...fields,
    members: z
      .array(z.object({ subject: z.string(), name: z.string(), since: Timestamp }))
      .describe('What is part of it now; at most 200.'),
    memberCount: z.number().int(),
    timeline: z.array(z.object({ at: Timestamp, text: z.string() })),
    messages: z.array(SentMessage).describe('Newest first; at most 200.'),
  })
  .meta({ id: 'IncidentDetail', description: 'An incident with what happened to it and what was sent.' })
export type IncidentDetailView = z.input<typeof IncidentDetail>

export const IncidentCounts = z
  .object({
    open: z.number().int(),
    acknowledged: z.number().int().describe('Of those that are open.'),
  })
  .meta({ id: 'IncidentCounts', description: 'How many incidents are open.' })

/** Not told yet, perhaps never. */
export const Pending = z
  .object({
    subject: z.string(),
    name: z.string(),
    code: z.string(),
    message: z.string(),
    severity: IncidentSeverity,
    since: Timestamp,
    silenced: z.boolean(),
  })
  .meta({ id: 'PendingIncident', description: 'Seen out of order, but not yet often or long enough to be told.' })
export type PendingView = z.input<typeof Pending>

export const incidentFields = {
  state: z.array(IncidentState).optional().describe('Any of these.'),
  open: z.boolean().optional().describe('true: only those that are not over; false: only those that are.'),
  datasetId: datasetId.optional(),
  host: hostId.optional(),
  ...pagingFields(200, 50),
}

export const incidentId = z.string().max(60).describe('Id of an incident, as `/api/incidents` lists it.')

export function incidentView(each: Known): IncidentView {
  const { ack, endedBy, since, resolvedAt } = each
  const over = endedBy?.at ?? resolvedAt
  return {
    id: each.id,
    state: each.state,
    severity: each.severity,
    peak: each.peak,
    kind: each.kind,
    code: each.code,
    message: each.message,
    action: each.action,
    host: each.host,
    pairs: [...each.pairs],
    since: iso(since),
    resolvedAt: isoOrNull(resolvedAt),
    durationSeconds: resolvedAt === null || over === null ? null : Math.max(0, Math.round((over - since) / 1000)),
    endedBy: endedBy && { kind: endedBy.kind, runId: endedBy.runId, by: endedBy.by },
    datasets: each.datasets.map(({ id, name, primary, backup }) => ({
      id,
      name,
      primary: { ...primary },
      backup: { ...backup },
    })),
    datasetCount: each.datasetCount,
    toldAt: isoOrNull(each.toldAt),
    nextReminderAt: isoOrNull(each.remindAt),
    relapses: each.relapses,
    ack: ack && { by: ack.by, at: iso(ack.at), until: isoOrNull(ack.until), reason: ack.reason },
  }
}

export function incidentDetail(each: Known, messages: readonly OutboxRecord[]): IncidentDetailView {
  return {
    ...incidentView(each),
    members: each.members.map(({ subject, name, since }) => ({ subject, name, since: iso(since) })),
    memberCount: each.memberCount,
    timeline: each.timeline.map(({ at, text }) => ({ at: iso(at), text })),
    messages: messages.map(sentMessage),
  }
}

function sentMessage({ message, channel, state, at, endedAt, attempts, error }: OutboxRecord): SentMessageView {
  const { id, incidentId, event, title } = message
  return { id, incidentId, channel, state, event, title, at: iso(at), endedAt: isoOrNull(endedAt), attempts, error }
}

/** Where the code of an incident is explained; null: it is no reason of a dataset's status. */
export function explanationOf(code: string): string | null {
  return ReasonCode.safeParse(code).success ? `/docs/reasons#${code.toLowerCase().replaceAll('_', '-')}` : null
}

/** How many are open, and of how many of them somebody knows. */
export function incidentCounts(
  incidents: Iterable<Pick<Known, 'state' | 'resolvedAt'>>,
): z.input<typeof IncidentCounts> {
  const open = [...incidents].filter(({ resolvedAt }) => resolvedAt === null)
  return {
    open: open.length,
    acknowledged: open.filter(({ state }) => state === 'ACKED' || state === 'SNOOZED').length,
  }
}

/** What is seen out of order and is part of no incident yet. */
export function pendingViews(cases: Iterable<Case>): PendingView[] {
  return [...cases].flatMap((each) => {
    const { subject, name, trouble, since, silence, incident } = each
    if (incident !== null || trouble === null || since === null || isOver(each)) return []
    const { code, message, severity } = trouble
    return [{ subject, name, code, message, severity, since: iso(since), silenced: silence !== null }]
  })
}

export function noSuchIncident(id: string): never {
  throw new Problem(
    404,
    'NO_SUCH_INCIDENT',
    `There is no incident ${id} that is open. GET /api/incidents lists them.`,
    {
      title: 'There is no such incident',
      next: { href: '/api/incidents' },
    },
  )
}

const ChannelState = z
  .object({
    name: z.string(),
    type: z.string(),
    minSeverity: z.enum(['critical', 'warning', 'info']),
    events: z.array(z.string()).nullable().describe('Null: all that tell of trouble, or of its end.'),
    pairs: z.array(z.string()).nullable().describe('Null: of all pairs.'),
    waiting: z.number().int().describe('Messages that are not sent yet.'),
    sentAt: Timestamp.nullable().describe('When it last took one.'),
    failingSince: Timestamp.nullable().describe('Null: it takes messages, as far as is known.'),
    error: z.string().nullable(),
    nextTryAt: Timestamp.nullable(),
  })
  .meta({ id: 'NotificationChannel', description: 'Where messages go, and whether they arrive.' })

export const Notifications = z
  .object({
    channels: z.array(ChannelState),
    deadman: z.array(
      z.object({
        kind: z.string(),
        by: z.string(),
        pingedAt: Timestamp.nullable().describe('When the newest ping was taken.'),
        error: z.string().nullable().describe('Of the newest ping; null: it was taken, or there was none.'),
      }),
    ),
    messages: z.array(SentMessage).describe('The newest 50, newest first.'),
  })
  .meta({ id: 'Notifications', description: 'Who is told, and what was sent.' })
export type NotificationsView = z.input<typeof Notifications>

export function notificationsView(
  { channels, deadman }: ReturnType<Telling['overview']>,
  waiting: ReadonlyMap<string, number>,
  messages: readonly OutboxRecord[],
): NotificationsView {
  return {
    channels: channels.map(({ config, state }) => ({
      name: config.name,
      type: config.type,
      minSeverity: config.minSeverity,
      events: config.events && [...config.events],
      pairs: config.pairs && [...config.pairs],
      waiting: waiting.get(config.name) ?? 0,
      sentAt: isoOrNull(state?.sentAt ?? null),
      failingSince: isoOrNull(state?.failingSince ?? null),
      error: state?.error ?? null,
      nextTryAt: isoOrNull(state?.failingSince == null ? null : state.tryAt),
    })),
    deadman: deadman.map(({ kind, by, pingedAt, error }) => ({ kind, by, pingedAt: isoOrNull(pingedAt), error })),
    messages: messages.map(sentMessage),
  }
}

export const Tried = z
  .object({
    items: z.array(
      z.object({
        channel: z.string(),
        type: z.string(),
        ok: z.boolean(),
        error: z.string().nullable().describe('Why it was not taken.'),
      }),
    ),
  })
  .meta({ id: 'TestedChannels', description: 'What came of a test message, channel by channel.' })
export type TriedView = z.input<typeof Tried>

function noSuchChannel(channel: string, names: readonly string[]): never {
  const known = names.length === 0 ? 'none is configured' : `there are ${names.join(', ')}`
  throw new Problem(404, 'NO_SUCH_CHANNEL', `There is no channel ${JSON.stringify(channel)}; ${known}.`, {
    title: 'There is no such channel',
    next: { href: '/api/notifications' },
  })
}

export async function triedView(telling: Telling, by: string, channel: string | null): Promise<TriedView> {
  const tried = await telling.test(by, channel)
  if (tried === null)
    noSuchChannel(
      channel ?? '',
      telling.overview().channels.map(({ config }) => config.name),
    )
  return { items: tried.map(({ error, ...each }) => ({ ...each, ok: error === null, error })) }
}
