import { z } from 'zod'
import { AuditVerification, auditHeads, auditVerificationView, knownHeads } from '#lib/api/audit.ts'
import { notFound } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What the newest check of the audit found, and its head.',
  description: 'It is checked at the start and every day. 404 before the first check of this process.',
  operationId: 'auditCheck',
  tags: ['access'],
  access: 'operator',
  output: AuditVerification,
  errors: { 404: ['NOT_CHECKED'] },
  run(_, { access }) {
    const last = access.auditChecks.last()
    if (last !== null) return auditVerificationView(last)
    return notFound('The audit has not been checked since the start; POST checks it now.', 'NOT_CHECKED')
  },
})

export const POST = defineRoute({
  summary: 'Check now that the audit is as it was written.',
  description:
    'Reads all of it. Heads that were copied elsewhere find an end that was cut off, and a chain that was made anew.',
  operationId: 'auditVerify',
  tags: ['access'],
  access: 'operator',
  // Reads only.
  audit: false,
  timeout: 240_000,
  input: z.strictObject({ heads: auditHeads.default([]) }),
  output: AuditVerification,
  run: async ({ heads }, { access }) => auditVerificationView(await access.auditChecks.prove(knownHeads(heads))),
})
