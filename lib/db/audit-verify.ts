import type { Kysely } from 'kysely'
import type { AuditAccepted, AuditFault, AuditProof, KnownHead } from './access-types.ts'
import { type AuditHead, classOf, digestOfContent, genesis, lastGivenId, linkOf } from './audit-chain.ts'
import { breathe } from './breathe.ts'
import { fromJson } from './json.ts'
import type { Row, Schema } from './schema.ts'

const PAGE = 500
/** More than that is said in one sentence anyway. */
const MOST_FAULTS = 100

type Link = { readonly id: number; readonly digest: Uint8Array; readonly row: Row<'audit'> | null }

/**
 * Follows the chain from its first row to its last: where is a row changed or missing? `heads` are what was copied elsewhere:
 * each must be met on the way.
 */
export async function proveAudit(db: Kysely<Schema>, heads: readonly KnownHead[]): Promise<AuditProof> {
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
