import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { breathe, decodeCursor, fromJson, pageOf } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { AccessStore, AuditAccepted, AuditFault, AuditProof, AuditRecord, KnownHead } from './types.ts'

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

/*
 * The audit is a chain: the hash of each row is over its content and the hash of the row before it, so that nothing in it
 * can be changed or taken out without every later hash being another. It proves nothing against someone who rewrites all
 * of it, and all hashes; against that a head that was copied elsewhere helps.
 */

/** Content of a row, without its hash. */
export type AuditContent = Omit<Row<'audit'>, 'hash'>

/** A row and the hash of the chain up to it. */
interface AuditHead {
  readonly id: number
  /** SHA-256, hex. */
  readonly hash: string
}

/** What the schedule repaired by itself is forgotten in time (upkeep.ts); the rest of the audit never is. */
type AuditClass = 'kept' | 'policy'

const POLICY_BYTES = 16

function classOf({ action, actor_kind }: Pick<AuditContent, 'action' | 'actor_kind'>): AuditClass {
  return action === 'repair' && actor_kind === 'schedule' ? 'policy' : 'kept'
}

/** The first row follows on this: another witness's rows are no continuation of ours. */
function genesisOf(witnessId: string): string {
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
function linkOf(before: string, id: number, kind: AuditClass, digest: Uint8Array): string {
  const hex = Buffer.from(digest).toString('hex')
  return createHash('sha256').update(`${before}:${kind}:${id}:${hex}`).digest('hex')
}

export function hashOf(before: string, row: AuditContent): string {
  return linkOf(before, row.id, classOf(row), digestOfContent(row))
}

/** As SQLite gives it back: half a surrogate pair cannot be stored. */
function storable(text: string | null): string | null {
  return text === null ? null : text.toWellFormed()
}

/** The newest row, and what the next one follows on. Inside a transaction that also writes it. */
async function newestAudit(db: Kysely<Schema>): Promise<AuditHead | null> {
  const row = await db.selectFrom('audit').select(['id', 'hash']).orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? null : { id: row.id, hash: row.hash }
}

/** Ids are given out once, in order and without gaps, also after rows at the end are gone: a gap is a trace. */
async function lastGivenId(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`SELECT seq FROM sqlite_sequence WHERE name = 'audit'`.execute(db)
  return rows[0]?.seq ?? 0
}

export async function genesis(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM witness`.execute(db)
  return genesisOf(rows[0]?.id ?? '')
}

const PAGE = 500
/** More than that is said in one sentence anyway. */
const MOST_FAULTS = 100

type Link = { readonly id: number; readonly digest: Uint8Array; readonly row: Row<'audit'> | null }

/**
 * Follows the chain from its first row to its last: where is a row changed or missing? `heads` are what was copied elsewhere:
 * each must be met on the way.
 */
async function proveAudit(db: Kysely<Schema>, heads: readonly KnownHead[]): Promise<AuditProof> {
  const upgrade = db.selectFrom('audit').select(['id', 'at']).where('action', '=', 'auditChained').orderBy('id')
  const adopted = (await upgrade.limit(1).executeTakeFirst()) ?? null
  const walk = new Walk(await genesis(db), heads, adopted)
  // Read before the rows: what is added meanwhile is at the end, and is not missed.
  const given = await lastGivenId(db)
  for (let after = 0; ; ) {
    const links = await linksAfter(db, after)
    for (const link of links) walk.step(link)
    const last = links.at(-1)
    if (last === undefined) return walk.end(given)
    after = last.id
    await breathe()
  }
}

class Walk {
  #hash: string
  readonly #heads: readonly KnownHead[]
  readonly #met = new Set<KnownHead>()
  readonly #faults: AuditFault[] = []
  readonly #accepted: AuditAccepted[] = []
  readonly #adopted: { readonly id: number; readonly at: number } | null
  #id = 0
  /** The first forgotten row since one whose hash could be compared. */
  #unproved: number | null = null
  /** A row is missing since then, which has been said. */
  #isBroken = false
  #rows = 0
  #forgotten = 0
  #head: AuditHead | null = null

  constructor(
    first: string,
    heads: readonly KnownHead[],
    adopted: { readonly id: number; readonly at: number } | null,
  ) {
    this.#hash = first
    this.#heads = heads
    this.#adopted = adopted
  }

  step({ id, digest, row }: Link): void {
    this.#rows += 1
    // What an upgrade chained had gaps: before it, rows were forgotten without leaving anything.
    if (id > this.#id + 1 && id > (this.#adopted?.id ?? 0)) {
      this.#fault({ kind: 'MISSING', from: this.#id + 1, to: id - 1 })
      this.#isBroken = true
    }
    const expected = linkOf(this.#hash, id, row === null ? 'policy' : classOf(row), digest)
    if (row === null) {
      this.#forgotten += 1
      this.#unproved ??= id
    } else this.#prove(row, expected)
    this.#hash = row?.hash ?? expected
    this.#id = id
    for (const head of this.#heads)
      if (head.hash === this.#hash && (head.id === null || head.id === id)) this.#met.add(head)
  }

  #prove(row: Row<'audit'>, expected: string): void {
    const { id, hash } = row
    if (expected !== hash && !this.#isBroken)
      this.#fault({ kind: 'CHANGED', from: this.#unproved ?? id, to: id, found: expected })
    this.#isBroken = false
    this.#unproved = null
    this.#head = { id, hash }
    if (row.action === 'auditAccept' && row.result === 'OK') this.#accepted.push(acceptedBy(row))
  }

  end(given: number): AuditProof {
    if (given > this.#id) this.#fault({ kind: 'CUT_OFF', from: this.#id + 1, to: given })
    // The newest row is never forgotten: one that is has another after it.
    else if (this.#unproved !== null) this.#fault({ kind: 'CUT_OFF', from: this.#id + 1, to: this.#id + 1 })
    for (const head of this.#heads.filter((each) => !this.#met.has(each))) {
      const { id, hash } = head
      // That its row is gone is said already.
      if (this.#faults.some(({ from, to }) => isWithin(id, from, to))) continue
      this.#fault({ kind: id !== null && id > this.#id ? 'HEAD_CUT_OFF' : 'HEAD_DIFFERS', from: id, to: id, hash })
    }
    return {
      rows: this.#rows,
      forgotten: this.#forgotten,
      adopted: this.#adopted && { to: this.#adopted.id - 1, at: this.#adopted.at },
      head: this.#head,
      faults: this.#faults,
      accepted: this.#accepted,
    }
  }

  #fault(fault: AuditFault): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(fault)
  }
}

/** A fault of a head without an id is about no row. */
function isWithin(id: number | null, from: number | null, to: number | null): boolean {
  return id !== null && from !== null && to !== null && id >= from && id <= to
}

function acceptedBy({ id, at, actor, reason, detail }: Row<'audit'>): AuditAccepted {
  const { faults } = fromJson<{ readonly faults?: unknown }>(detail)
  return { id, at, by: actor, reason, keys: Array.isArray(faults) ? faults.map(String) : [] }
}

/** Rows and what is left of forgotten ones, in the order of their ids. In one transaction: a row is one or the other. */
async function linksAfter(db: Kysely<Schema>, after: number): Promise<readonly Link[]> {
  const { rows, left } = await db.transaction().execute(async (one) => {
    const rows = await one.selectFrom('audit').selectAll().where('id', '>', after).orderBy('id').limit(PAGE).execute()
    const forgotten = one.selectFrom('audit_forgotten').selectAll().where('id', '>', after).orderBy('id').limit(PAGE)
    return { rows, left: await forgotten.execute() }
  })
  const links: Link[] = [
    ...rows.map((row) => ({ id: row.id, digest: digestOfContent(row), row })),
    ...left.map(({ id, digest }) => ({ id, digest, row: null })),
  ]
  // A full page of one kind says nothing of what lies beyond it of the other.
  return links.sort((a, b) => a.id - b.id).slice(0, PAGE)
}
