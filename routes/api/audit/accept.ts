import { z } from 'zod'
import { AuditVerification, auditHeads, auditVerificationView, knownHeads } from '#lib/api/audit.ts'
import { conflict } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Say on record why the audit is broken where it is.',
  description:
    'After a database was put back from a copy, for example. The faults stay, and stay visible; they are no alarm any more. Only exactly those that a check finds now are accepted.',
  operationId: 'auditAccept',
  tags: ['access'],
  access: 'admin',
  timeout: 240_000,
  input: z.strictObject({
    faults: z.array(z.string().max(100)).min(1).max(100).describe('The `key` of every fault that is not accepted yet.'),
    heads: auditHeads.default([]),
    reason: z.string().trim().min(1).max(500).describe('Kept with it.'),
  }),
  output: AuditVerification,
  errors: { 409: ['AUDIT_DIFFERS'] },
  async run({ faults, heads }, { access }) {
    const check = await access.auditChecks.prove(knownHeads(heads))
    const open = check.faults.filter(({ accepted }) => accepted === null).map(({ key }) => key)
    const same = open.length === faults.length && open.every((key) => faults.includes(key))
    if (!same)
      conflict(
        open.length === 0
          ? 'There is nothing to accept: the audit is as it was written, but for what is accepted already.'
          : `A check finds other faults now: ${open.join(', ')}. Look at them, then accept those.`,
        'AUDIT_DIFFERS',
      )
    return auditVerificationView(check)
  },
})
