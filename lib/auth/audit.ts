import type { AuditAccepted, AuditFault, AuditProof, AuditRecord, KnownHead } from '#lib/db/types.ts'
import { type Actor, anonymous } from '#lib/runtime/actor.ts'
import type { WriteSummary } from '#lib/runtime/around.ts'
import type { AuthParts } from './ports.ts'

export interface AuditEntry {
  readonly actor: Actor
  readonly action: string
  readonly target?: string | null
  readonly reason?: string | null
  /** Default OK. */
  readonly result?: AuditRecord['result']
  readonly code?: string | null
  readonly requestId?: string | null
  readonly detail?: AuditRecord['detail']
}

/** Who did what, from where, why, and what came of it. Entries are only ever added. */
export interface Audit {
  /** Never throws: what was done stays done; that it could not be recorded is logged. */
  write(entry: AuditEntry): Promise<void>
  /** An answer of the API to a request that may have written something. */
  writeRequest(summary: WriteSummary): Promise<void>
}

export function createAudit({ store, now, log }: AuthParts): Audit {
  async function write({ actor, action, ...entry }: AuditEntry): Promise<void> {
    const { kind, name, role, address, userAgent } = actor
    try {
      await store.addAudit({
        at: now(),
        actor: { kind, name, role, address },
        userAgent: userAgent?.slice(0, 300) ?? null,
        requestId: entry.requestId ?? null,
        action,
        target: entry.target ?? null,
        reason: entry.reason ?? null,
        result: entry.result ?? 'OK',
        code: entry.code ?? null,
        detail: entry.detail ?? {},
      })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log.error(`Not in the audit: ${action} by ${kind} ${name} (${entry.result ?? 'OK'}). ${why}`)
    }
  }

  return {
    write,
    async writeRequest(summary) {
      // Who sends too fast would otherwise fill the book with it.
      if (summary.code === 'RATE_LIMITED') return
      const { actor, action, input, code, detail, status, requestId } = summary
      const { reason, ...asked } = input
      const target = targetOf(summary)
      const runId = /^(?:\/api)?\/runs\/(\d+)$/.exec(summary.location ?? '')?.[1]
      await write({
        actor,
        action,
        target,
        reason: typeof reason === 'string' ? reason : null,
        result: status < 400 ? 'OK' : status < 500 ? 'REFUSED' : 'FAILED',
        code,
        requestId,
        detail: {
          ...plain(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== target))),
          ...(runId === undefined ? {} : { runId }),
          ...(detail === null ? {} : { message: detail.slice(0, 1000) }),
        },
      })
    },
  }
}

/** What the address names, else what the request names. */
function targetOf({ parameters, input }: WriteSummary): string | null {
  const [named] = Object.values(parameters)
  if (named !== undefined) return named.slice(0, 300)
  for (const key of ['dataset', 'datasetId', 'id', 'name', 'pair', 'host']) {
    const value = input[key]
    if (typeof value === 'string' && value !== '') return value
  }
  const ids = input.datasetIds
  return Array.isArray(ids) && ids.length === 1 ? String(ids[0]) : null
}

function plain(value: Record<string, unknown>): AuditRecord['detail'] {
  return JSON.parse(JSON.stringify(value)) as AuditRecord['detail']
}

/** Entries that may come at once; then one more after each span. */
const AT_ONCE = 100
const EVERY_MS = 120_000

/**
 * What people may have written who have not signed in: entries are kept for ever, so whoever knocks must not be able to fill
 * the book. What goes beyond is counted, by the users it was aimed at, and recorded with the next entry. Whether an entry is
 * written must not depend on whether the user exists: writing takes time that can be measured.
 */
export interface StrangerAudit {
  /** A refusal. */
  refused(entry: AuditEntry): Promise<void>
  /** One more of a kind that has its entry already. */
  alsoRefused(target: string | null): void
  /** Writes down what was only counted so far. */
  settle(): Promise<void>
}

export function createStrangerAudit(audit: Audit, now: () => number): StrangerAudit {
  let left = AT_ONCE
  let filledAt = now()
  let counted = new Map<string, number>()
  let since = 0

  function alsoRefused(target: string | null): void {
    if (counted.size === 0) since = now()
    const key = target ?? ''
    counted.set(key, (counted.get(key) ?? 0) + 1)
  }

  function mayWrite(): boolean {
    left = Math.min(AT_ONCE, left + Math.max(0, now() - filledAt) / EVERY_MS)
    filledAt = now()
    if (left < 1) return false
    left -= 1
    return true
  }

  /** The count, which begins anew. */
  function taken(): AuditEntry['detail'] {
    if (counted.size === 0) return {}
    const attempts = [...counted.values()].reduce((sum, one) => sum + one, 0)
    // Only users that exist are named here: the rest may be anything, passwords too.
    const at = Object.fromEntries([...counted].filter(([name]) => name !== ''))
    counted = new Map()
    return { alsoRefused: { attempts, since: new Date(since).toISOString(), at } }
  }

  return {
    alsoRefused,
    async refused(entry) {
      if (!mayWrite()) return alsoRefused(entry.target ?? null)
      await audit.write({ ...entry, result: 'REFUSED', detail: { ...entry.detail, ...taken() } })
    },
    async settle() {
      if (counted.size === 0) return
      const actor = anonymous(null, null)
      await audit.write({ actor, action: 'login', result: 'REFUSED', code: 'RATE_LIMITED', detail: taken() })
    },
  }
}

/** A fault, and whether an admin has said on record why it is there. */
interface JudgedFault extends AuditFault {
  /** What an acceptance names it by; the same however far the witness has written on. */
  readonly key: string
  readonly sentence: string
  readonly accepted: AuditAccepted | null
}

export interface AuditCheck extends Omit<AuditProof, 'faults' | 'accepted'> {
  /** When it began, epoch ms. */
  readonly at: number
  readonly faults: readonly JudgedFault[]
}

/** Is the audit as it was written? Asked every day, at the start, and by whoever wants to know. */
export interface AuditChecks {
  /** `heads`: copies from elsewhere that must be met. One at a time: the same question that is asked meanwhile waits. */
  prove(heads?: readonly KnownHead[]): Promise<AuditCheck>
  /** The newest one of this process that was asked without heads from elsewhere; null: not yet. */
  last(): AuditCheck | null
  /**
   * What leaves this machine by itself, so that a copy of the head exists elsewhere: the daily line of the log, which is
   * also on stdout. A heartbeat that is sent to someone carries this as well, once there is one.
   */
  exported(check: AuditCheck): string
}

export function createAuditChecks({ store, now }: AuthParts): AuditChecks {
  let last: AuditCheck | null = null
  let queue: Promise<unknown> = Promise.resolve()

  async function proveNow(heads: readonly KnownHead[]): Promise<AuditCheck> {
    const at = now()
    const { faults, accepted, ...proof } = await store.proveAudit(heads)
    const check = { ...proof, at, faults: faults.map((fault) => judged(fault, accepted)) }
    if (heads.length === 0) last = check
    return check
  }

  return {
    prove(heads = []) {
      const next = queue.then(() => proveNow(heads))
      // Whoever comes next does not fail with this one.
      queue = next.catch(() => {})
      return next
    },
    last: () => last,
    exported: ({ rows, head, faults }) => {
      const open = faults.filter(({ accepted }) => accepted === null)
      const state = open.length === 0 ? 'whole' : `BROKEN (${open.map(({ sentence }) => sentence).join(' ')})`
      return head === null
        ? `The audit is empty, and ${state}.`
        : `The audit is ${state}: ${rows} entries. Its head, to be kept elsewhere: ${head.hash}@${head.id}`
    },
  }
}

function judged(fault: AuditFault, all: readonly AuditAccepted[]): JudgedFault {
  const key = keyOf(fault)
  const accepted = all.findLast(({ keys }) => keys.includes(key)) ?? null
  return { ...fault, key, sentence: sentenceOf(fault), accepted }
}

function keyOf({ from, to, hash, found }: AuditFault): string {
  if (hash !== undefined) return `head-${hash.slice(0, 16)}`
  return found === undefined ? `${from}-${to}` : `${from}-${to}-${found.slice(0, 16)}`
}

function sentenceOf({ kind, from, to, hash = '' }: AuditFault): string {
  const rows = from === to ? `entry ${from}` : `entries ${from} to ${to}`
  const are = from === to ? 'is' : 'are'
  const head = `${hash.slice(0, 12)}…`
  switch (kind) {
    case 'CHANGED':
      return `${capital(rows)} ${are} not what was written: content and hash do not agree.`
    case 'MISSING':
      return `${capital(rows)} ${are} missing.`
    case 'CUT_OFF':
      return `${capital(rows)} ${are} missing at the end.`
    case 'HEAD_CUT_OFF':
      return `Entry ${from}, whose head ${head} is known elsewhere, is missing: the end was cut off, or the database was put back from a copy that is older.`
    case 'HEAD_DIFFERS':
      return from === null
        ? `No entry has the head ${head} that is known elsewhere: the end was cut off or rewritten, or the database was put back from a copy that is older.`
        : `Entry ${from} does not have the head ${head} that is known elsewhere: what lies before it was rewritten, or the database was put back from a copy that is older and has been written since.`
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
