import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Row, Schema } from './schema.ts'

/*
 * The audit is a chain: the hash of each row is over its content and the hash of the row before it, so that nothing in it
 * can be changed or taken out without every later hash being another. It proves nothing against somebody who rewrites all
 * of it, and all hashes; against that a head that was copied elsewhere helps.
 */

/** Content of a row, without its hash. */
export type AuditContent = Omit<Row<'audit'>, 'hash'>

/** A row and the hash of the chain up to it. */
export interface AuditHead {
  readonly id: number
  /** SHA-256, hex. */
  readonly hash: string
}

/** What the schedule repaired by itself is forgotten in time (prune.ts); the rest of the audit never is. */
export type AuditClass = 'kept' | 'policy'

const POLICY_BYTES = 16

export function classOf({ action, actor_kind }: Pick<AuditContent, 'action' | 'actor_kind'>): AuditClass {
  return action === 'repair' && actor_kind === 'schedule' ? 'policy' : 'kept'
}

/** The first row follows on this: another witness's rows are no continuation of ours. */
export function genesisOf(witnessId: string): string {
  return createHash('sha256').update(`zwitness audit 1:${witnessId}`).digest('hex')
}

/**
 * Of the content, as one JSON array in the order of the columns. Of rows that will be forgotten the first half only: it
 * stays in their place for ever, and two contents of one digest would have to be found on purpose to be of any use.
 */
export function digestOfContent(row: AuditContent): Buffer {
  const { id, at, actor_kind, actor, role, address, user_agent, request_id } = row
  const { action, target, reason, result, code, detail } = row
  const text = JSON.stringify([
    ...[id, at, actor_kind, actor, role, address, user_agent, request_id],
    ...[action, target, reason, result, code, detail],
  ])
  const digest = createHash('sha256').update(text).digest()
  return classOf(row) === 'policy' ? digest.subarray(0, POLICY_BYTES) : digest
}

/** The class is part of it: what a person did cannot be passed off as something that was forgotten. */
export function linkOf(before: string, id: number, kind: AuditClass, digest: Uint8Array): string {
  const hex = Buffer.from(digest).toString('hex')
  return createHash('sha256').update(`${before}:${kind}:${id}:${hex}`).digest('hex')
}

export function hashOf(before: string, row: AuditContent): string {
  return linkOf(before, row.id, classOf(row), digestOfContent(row))
}

/** As SQLite gives it back: half a surrogate pair cannot be stored. */
export function storable(text: string | null): string | null {
  return text === null ? null : text.toWellFormed()
}

/** The newest row, and what the next one follows on. Inside a transaction that also writes it. */
export async function newestAudit(db: Kysely<Schema>): Promise<AuditHead | null> {
  const row = await db.selectFrom('audit').select(['id', 'hash']).orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? null : { id: row.id, hash: row.hash }
}

/** Ids are given out once, in order and without gaps, also after rows at the end are gone: a gap is a trace. */
export async function lastGivenId(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`SELECT seq FROM sqlite_sequence WHERE name = 'audit'`.execute(db)
  return rows[0]?.seq ?? 0
}

export async function genesis(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM witness`.execute(db)
  return genesisOf(rows[0]?.id ?? '')
}
