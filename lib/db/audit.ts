import type { Kysely } from 'kysely'
import type { AccessStore, AuditRecord } from './access-types.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { fromJson } from './json.ts'
import type { Row, Schema } from './schema.ts'

/** Rows are only ever added: nothing here changes or deletes one. */
export function auditRepository(db: Kysely<Schema>): Pick<AccessStore, 'addAudit' | 'audit'> {
  return {
    async addAudit({ actor, userAgent, requestId, detail, ...same }) {
      const insert = db.insertInto('audit').values({
        ...same,
        actor_kind: actor.kind,
        actor: actor.name,
        role: actor.role,
        address: actor.address,
        user_agent: userAgent,
        request_id: requestId,
        detail: JSON.stringify(detail),
      })
      return (await insert.returning('id').executeTakeFirstOrThrow()).id
    },

    async audit(query) {
      let select = db
        .selectFrom('audit')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(query.limit + 1)
      if (query.cursor !== undefined) select = select.where('id', '<', decodeCursor(query.cursor, 'audit').id)
      if (query.action) select = select.where('action', 'in', query.action)
      if (query.result) select = select.where('result', 'in', query.result)
      if (query.actor !== undefined) select = select.where('actor', '=', query.actor)
      if (query.target !== undefined) select = select.where('target', '=', query.target)
      if (query.from !== undefined) select = select.where('at', '>=', query.from)
      if (query.to !== undefined) select = select.where('at', '<', query.to)
      return pageOf('audit', (await select.execute()).map(toRecord), query.limit)
    },
  }
}

function toRecord(row: Row<'audit'>): AuditRecord {
  const { id, at, action, target, reason, result, code } = row
  return {
    ...{ id, at, action, target, reason, result, code },
    actor: { kind: row.actor_kind, name: row.actor, role: row.role, address: row.address },
    userAgent: row.user_agent,
    requestId: row.request_id,
    detail: fromJson<AuditRecord['detail']>(row.detail),
  }
}
