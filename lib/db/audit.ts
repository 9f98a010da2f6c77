import type { Kysely } from 'kysely'
import type { AccessStore, AuditRecord, KnownHead } from './access-types.ts'
import { type AuditHead, genesis, hashOf, lastGivenId, newestAudit, storable } from './audit-chain.ts'
import { proveAudit } from './audit-verify.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { fromJson } from './json.ts'
import type { Row, Schema } from './schema.ts'

type Book = Pick<AccessStore, 'addAudit' | 'audit' | 'auditHead' | 'proveAudit'>

/** Rows are only ever added: nothing here changes or deletes one. */
export function auditRepository(db: Kysely<Schema>): Book {
  /** What this process wrote last: rows that are taken away behind its back are missed. */
  let written: AuditHead | null = null
  return {
    async addAudit({ actor, userAgent, requestId, detail, ...same }) {
      const content = {
        at: same.at,
        actor_kind: actor.kind,
        actor: storable(actor.name) ?? '',
        role: actor.role,
        address: storable(actor.address),
        user_agent: storable(userAgent),
        request_id: storable(requestId),
        action: same.action,
        target: storable(same.target),
        reason: storable(same.reason),
        result: same.result,
        code: same.code,
        detail: storable(JSON.stringify(detail)) ?? '{}',
      }
      const head = await db.transaction().execute(async (transaction) => {
        const id = (await lastGivenId(transaction)) + 1
        const before = (await newestAudit(transaction))?.hash ?? (await genesis(transaction))
        const row = { id, ...content, hash: hashOf(before, { id, ...content }) }
        await transaction.insertInto('audit').values(row).execute()
        return { id, hash: row.hash }
      })
      written = head
      return head.id
    },

    auditHead: () => newestAudit(db),

    proveAudit(heads) {
      const own: readonly KnownHead[] = written === null ? [] : [written]
      return proveAudit(db, [...own, ...heads])
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
