import { z } from 'zod'
import type { AuditQuery, AuditRecord } from '#lib/db/types.ts'
import { iso } from '#lib/text/words.ts'
import { ActorKind, kindWord } from './access-words.ts'
import { describedEnum } from './described-enum.ts'
import { pagingFields } from './paging.ts'
import { epoch, Moment, Timestamp } from './time.ts'

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
