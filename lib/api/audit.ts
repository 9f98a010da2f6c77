import { z } from 'zod'
import type { AuditCheck } from '#lib/auth/audit.ts'
import type { AuditQuery, AuditRecord } from '#lib/db/types.ts'
import { iso } from '#lib/text/words.ts'
import { describedEnum, epoch, Moment, pagingFields, Timestamp } from './fields.ts'
import { ActorKind, kindWord } from './words.ts'

export const AuditResult = describedEnum<AuditRecord['result']>('AuditResult', 'What came of it.', {
  OK: 'It was done, or accepted: a run has its own end.',
  REFUSED: 'It was not done; `code` says why.',
  FAILED: 'It went wrong inside.',
})

export const AuditEntry = z
  .object({
    id: z.string(),
    at: Timestamp,
    actor: z.object({
      kind: ActorKind,
      name: z.string(),
      role: z.string(),
      address: z.string().nullable(),
    }),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    action: z.string().describe('`repair`, `login`, `tokenCreate` …: mostly the operation id.'),
    target: z.string().nullable().describe('Dataset, run, user, token … it was done to.'),
    reason: z.string().nullable().describe('Typed by the person.'),
    result: AuditResult,
    code: z.string().nullable().describe('Of a refusal, for example `PLAN_STALE`.'),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'AuditEntry',
    description: 'Who did what, from where, why, and what came of it. Never changed, never deleted.',
  })

export type AuditView = z.input<typeof AuditEntry>

export function auditView(record: AuditRecord): AuditView {
  const { id, at, actor, userAgent, requestId, action, target, reason, result, code, detail } = record
  return {
    ...{ id: String(id), at: iso(at), userAgent, requestId, action, target, reason, result, code },
    actor: { ...actor, kind: kindWord(actor.kind) },
    detail: { ...detail },
  }
}

export const auditFields = {
  action: z.array(z.string().max(100)).optional().describe('Any of these.'),
  actor: z.string().max(200).optional().describe('Name of a user or token.'),
  target: z.string().max(300).optional().describe('Dataset, run, user, token …'),
  result: z.array(AuditResult).optional().describe('Any of these.'),
  from: Moment.optional(),
  to: Moment.optional().describe('Exclusive.'),
  ...pagingFields(500, 50),
}

interface Wanted extends Pick<AuditQuery, 'action' | 'actor' | 'target' | 'result' | 'limit' | 'cursor'> {
  readonly from?: string
  readonly to?: string
}

export function auditQuery({ action, result, actor, target, from, to, limit, cursor }: Wanted): AuditQuery {
  return {
    ...{ limit, cursor },
    // An empty field of the page's form means nothing was asked.
    actor: actor || undefined,
    target: target || undefined,
    action: action?.length ? action : undefined,
    result: result?.length ? result : undefined,
    from: from === undefined ? undefined : epoch(from),
    to: to === undefined ? undefined : epoch(to),
  }
}

const AuditFaultKind = describedEnum<AuditCheck['faults'][number]['kind']>('AuditFaultKind', 'How a chain is broken.', {
  CHANGED: 'Content and hash of an entry do not agree.',
  MISSING: 'Entries between others are gone.',
  CUT_OFF: 'Entries at the end are gone.',
  HEAD_CUT_OFF: 'The entry of a head that is known elsewhere is beyond the end.',
  HEAD_DIFFERS: 'A head that is known elsewhere is met nowhere, though the entries agree with each other.',
})

const AuditHead = z
  .object({
    id: z.string().describe('Of the newest entry.'),
    hash: z.string().describe('SHA-256 over it and all before it, hex.'),
  })
  .meta({ id: 'AuditHead', description: 'Stands for the whole audit: keep copies of it elsewhere.' })

const AuditFault = z
  .object({
    key: z.string().describe('What an acceptance names it by.'),
    kind: AuditFaultKind,
    from: z.string().nullable().describe('First entry; null: not known which.'),
    to: z.string().nullable().describe('Last entry, included.'),
    sentence: z.string(),
    accepted: z
      .object({ at: Timestamp, by: z.string(), reason: z.string().nullable(), entryId: z.string() })
      .nullable()
      .describe('Who said on record why it is there; null: nobody.'),
  })
  .meta({ id: 'AuditFault', description: 'Where the audit is not as it was written.' })

export const AuditVerification = z
  .object({
    checkedAt: Timestamp,
    intact: z.boolean().describe('No fault but those that an admin accepted on record.'),
    head: AuditHead.nullable().describe('Null: there is no entry yet.'),
    entries: z.number().int(),
    forgotten: z.number().int().describe('Repairs of policy whose time has come: of these only their place is left.'),
    chainedLater: z
      .object({ to: z.string(), at: Timestamp })
      .nullable()
      .describe('Entries up to this one are older than the chain: a change before that cannot be seen.'),
    faults: z.array(AuditFault).describe('At most 100.'),
  })
  .meta({ id: 'AuditVerification', description: 'Whether the audit is as it was written.' })

export type AuditVerificationView = z.input<typeof AuditVerification>

export function auditVerificationView(check: AuditCheck): AuditVerificationView {
  const { at, head, rows, forgotten, adopted, faults } = check
  const text = (id: number | null): string | null => (id === null ? null : String(id))
  return {
    checkedAt: iso(at),
    intact: faults.every(({ accepted }) => accepted !== null),
    head: head && { id: String(head.id), hash: head.hash },
    entries: rows,
    forgotten,
    chainedLater: adopted && { to: String(adopted.to), at: iso(adopted.at) },
    faults: faults.map(({ key, kind, from, to, sentence, accepted }) => ({
      ...{ key, kind, sentence, from: text(from), to: text(to) },
      accepted: accepted && {
        ...{ at: iso(accepted.at), by: accepted.by, reason: accepted.reason, entryId: String(accepted.id) },
      },
    })),
  }
}

/** Of the newest check of this process: a sentence for those who look at something else; null: nothing is known to be wrong. */
export function auditFault(check: AuditCheck | null): string | null {
  const open = check?.faults.filter(({ accepted }) => accepted === null) ?? []
  const [first] = open
  if (first === undefined) return null
  return `The audit is not as it was written. ${first.sentence}${open.length > 1 ? ` And ${open.length - 1} more.` : ''}`
}

export const auditHeads = z
  .array(
    z
      .string()
      .regex(/^[0-9a-f]{64}(@[1-9]\d{0,14})?$/, 'Write HASH or HASH@ID, as the daily line of the log has it.')
      .describe('`HASH@ID`, or the hash alone.'),
  )
  .max(400)
  .describe('Copies of the head from elsewhere, which must be met.')

export function knownHeads(heads: readonly string[]): { readonly id: number | null; readonly hash: string }[] {
  return heads.map((head) => {
    const [hash = '', id] = head.split('@')
    return { hash, id: id === undefined ? null : Number(id) }
  })
}
