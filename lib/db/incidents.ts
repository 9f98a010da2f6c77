import { type Kysely, sql } from 'kysely'
import type { Case, Incident } from '#lib/incidents/types.ts'
import type { Message } from '#lib/notify/message.ts'
import { breathe, chunksOf, decodeCursor, fromJson, pageOf } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { ChannelStateRecord, IncidentQuery, OutboxRecord, TellingStore } from './types.ts'

type Incidents = Pick<TellingStore, 'book' | 'saveBook' | 'incidents' | 'incident' | 'toldFor'>

/** Incidents, what is remembered of their subjects, and the messages that go out with them. */
export function incidentsRepository(db: Kysely<Schema>): Incidents {
  return {
    async book(since) {
      const rows = await db
        .selectFrom('incident')
        .select('data')
        // One whose end is still to be told too, however long nobody was at work.
        .where((e) =>
          e.or([
            e('resolved_at', 'is', null),
            e('resolved_at', '>=', since),
            sql<boolean>`json_type(data, '$.due') = 'object'`,
          ]),
        )
        .orderBy('seq')
        .execute()
      const incidents = rows.map(({ data }) => fromJson<Incident>(data))
      const cases = (await db.selectFrom('incident_case').select('data').execute()).map(({ data }) =>
        fromJson<Case>(data),
      )
      return {
        incidents: new Map(incidents.map((each) => [each.id, each])),
        cases: new Map(cases.map((each) => [each.subject, each])),
      }
    },

    // A message without its incident, or an incident that says it was told without the message, would be a lie after a crash.
    async saveBook({ incidents, cases, forgotten, messages, toldFor }, now) {
      await db.transaction().execute(async (transaction) => {
        for (const some of chunksOf(incidents)) await saveIncidents(transaction, some)
        for (const some of chunksOf(cases)) {
          const rows = some.map((each) => ({ subject: each.subject, data: JSON.stringify(each) }))
          const insert = transaction.insertInto('incident_case').values(rows)
          await insert
            .onConflict((conflict) =>
              conflict.column('subject').doUpdateSet(({ ref }) => ({ data: ref('excluded.data') })),
            )
            .execute()
        }
        for (const some of chunksOf(forgotten))
          await transaction
            .deleteFrom('incident_case')
            .where('subject', 'in', [...some])
            .execute()
        for (const some of chunksOf(messages)) {
          const rows = some.map(({ channel, notBefore, message }) =>
            messageRow(channel, message, { at: now, notBefore }),
          )
          await transaction.insertInto('outbox').values(rows).execute()
        }
        for (const { what, moment } of toldFor ?? [])
          await transaction
            .insertInto('told_for')
            .values({ what, moment })
            .onConflict((conflict) => conflict.column('what').doUpdateSet({ moment }))
            .execute()
      })
    },

    async incidents(query) {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, 'incident').id
      const rows = await listed(db, query, after)
      const { items, nextCursor } = pageOf(
        'incident',
        rows.map(({ seq: id, data }) => ({ id, data })),
        query.limit,
      )
      return { items: items.map(({ data }) => fromJson<Incident>(data)), nextCursor }
    },

    async incident(id) {
      const row = await db.selectFrom('incident').select('data').where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : fromJson<Incident>(row.data)
    },

    async toldFor(what) {
      const row = await db.selectFrom('told_for').select('moment').where('what', '=', what).executeTakeFirst()
      return row?.moment ?? null
    },
  }
}

/** Incidents that are over since before `before` (epoch ms), and messages that went out, or nowhere, by then. Answers how many. */
export async function pruneTold(db: Kysely<Schema>, before: number): Promise<number> {
  const incidents = sql`DELETE FROM incident WHERE seq IN (SELECT seq FROM incident WHERE resolved_at < ${before} LIMIT 500)`
  const messages = sql`DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE ended_at < ${before} LIMIT 500)`
  let total = 0
  for (const statement of [incidents, messages]) {
    for (;;) {
      const deleted = Number((await statement.execute(db)).numAffectedRows ?? 0n)
      total += deleted
      if (deleted === 0) break
      await breathe()
    }
  }
  return total
}

async function saveIncidents(db: Kysely<Schema>, incidents: readonly Incident[]): Promise<void> {
  const rows = incidents.map((each) => ({
    id: each.id,
    cause: each.cause,
    state: each.state,
    severity: each.severity,
    host: each.host,
    since: each.since,
    resolved_at: each.resolvedAt,
    data: JSON.stringify(each),
  }))
  await db
    .insertInto('incident')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        state: ref('excluded.state'),
        severity: ref('excluded.severity'),
        host: ref('excluded.host'),
        since: ref('excluded.since'),
        resolved_at: ref('excluded.resolved_at'),
        data: ref('excluded.data'),
      })),
    )
    .execute()
}

function listed(db: Kysely<Schema>, { state, open, datasetId, host, limit }: IncidentQuery, after: number | null) {
  let query = db
    .selectFrom('incident')
    .select(['seq', 'data'])
    .orderBy('seq', 'desc')
    .limit(limit + 1)
  if (after !== null) query = query.where('seq', '<', after)
  if (state !== undefined) query = query.where('state', 'in', [...state])
  if (open === true) query = query.where('resolved_at', 'is', null)
  if (open === false) query = query.where('resolved_at', 'is not', null)
  if (host !== undefined) query = query.where('host', '=', host)
  if (datasetId !== undefined)
    query = query.where(
      sql<boolean>`EXISTS (SELECT 1 FROM json_each(incident.data, '$.datasets') AS each WHERE json_extract(each.value, '$.id') = ${datasetId})`,
    )
  return query.execute()
}

function messageRow(
  channel: string,
  message: Message,
  { at, notBefore }: { readonly at: number; readonly notBefore: number },
) {
  return {
    id: message.id,
    channel,
    incident: message.incidentId,
    state: 'WAITING' as const,
    at,
    not_before: notBefore,
    attempts: 0,
    ended_at: null,
    error: null,
    message: JSON.stringify(message),
  }
}

type Outbox = Omit<TellingStore, keyof Incidents>

/** Messages that wait, and whether channels take them. */
export function outboxRepository(db: Kysely<Schema>): Outbox {
  return {
    async waiting(channel, limit) {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('channel', '=', channel)
        .where('state', '=', 'WAITING')
        .orderBy('seq')
        .limit(limit)
        .execute()
      return rows.map(outboxRecord)
    },

    async waitingCount() {
      const { rows } = await sql<{ channel: string; count: number }>`
        SELECT channel, count(*) AS count FROM outbox WHERE state = 'WAITING' GROUP BY channel`.execute(db)
      return new Map(rows.map(({ channel, count }) => [channel, count]))
    },

    async sentSince(channel, incidentId, seq) {
      const row = await db
        .selectFrom('outbox')
        .select('seq')
        .where('incident', '=', incidentId)
        .where('seq', '>', seq)
        .where('channel', '=', channel)
        .where('state', '=', 'SENT')
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    async endMessages(seqs, { state, at, error = null }) {
      await db
        .updateTable('outbox')
        .set({ state, ended_at: at, error })
        .where('seq', 'in', [...seqs])
        .execute()
    },

    async noteAttempt(seq, error) {
      await db
        .updateTable('outbox')
        .set((e) => ({ attempts: e('attempts', '+', 1), error }))
        .where('seq', '=', seq)
        .execute()
    },

    async mergeMessages(seqs, { channel, message, now }) {
      await db.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('outbox')
          .set({ state: 'MERGED', ended_at: now })
          .where('seq', 'in', [...seqs])
          .execute()
        await transaction
          .insertInto('outbox')
          .values(messageRow(channel, message, { at: now, notBefore: now }))
          .execute()
      })
    },

    async channelStates() {
      const rows = await db.selectFrom('channel_state').selectAll().execute()
      return new Map(rows.map((row) => [row.channel, channelState(row)]))
    },

    async saveChannelState({ channel, failingSince, attempts, tryAt, error, sentAt }) {
      const facts = { failing_since: failingSince, attempts, try_at: tryAt, error, sent_at: sentAt }
      const insert = db.insertInto('channel_state').values({ channel, ...facts })
      await insert.onConflict((conflict) => conflict.column('channel').doUpdateSet(facts)).execute()
    },

    async dropChannelsBut(channels, now) {
      const update = db.updateTable('outbox').set({ state: 'NO_CHANNEL', ended_at: now }).where('state', '=', 'WAITING')
      const gone = channels.length === 0 ? update : update.where('channel', 'not in', [...channels])
      const { numUpdatedRows } = await gone.executeTakeFirst()
      const states = db.deleteFrom('channel_state')
      await (channels.length === 0 ? states : states.where('channel', 'not in', [...channels])).execute()
      return Number(numUpdatedRows)
    },

    async messagesOf(incidentId) {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('incident', '=', incidentId)
        .orderBy('seq', 'desc')
        .limit(200)
        .execute()
      return rows.map(outboxRecord)
    },

    async messages(limit) {
      const rows = await db.selectFrom('outbox').selectAll().orderBy('seq', 'desc').limit(limit).execute()
      return rows.map(outboxRecord)
    },
  }
}

function outboxRecord(row: Row<'outbox'>): OutboxRecord {
  return {
    seq: row.seq,
    channel: row.channel,
    state: row.state,
    at: row.at,
    notBefore: row.not_before,
    attempts: row.attempts,
    endedAt: row.ended_at,
    error: row.error,
    message: fromJson<Message>(row.message),
  }
}

function channelState(row: Row<'channel_state'>): ChannelStateRecord {
  return {
    channel: row.channel,
    failingSince: row.failing_since,
    attempts: row.attempts,
    tryAt: row.try_at,
    error: row.error,
    sentAt: row.sent_at,
  }
}
