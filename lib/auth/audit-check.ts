import type { AuditAccepted, AuditFault, AuditProof, KnownHead } from '#lib/db/types.ts'
import type { AuthParts } from './ports.ts'

/** A fault, and whether an admin has said on record why it is there. */
export interface JudgedFault extends AuditFault {
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
   * also on stdout. A heartbeat that is sent to somebody carries this as well, once there is one.
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
