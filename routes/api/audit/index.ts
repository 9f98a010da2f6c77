import { z } from 'zod'
import { AuditEntry, auditFields, auditQuery, auditView } from '#lib/api/audit.ts'
import { NextCursor } from '#lib/api/fields.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Who did what, newest first.',
  operationId: 'audit',
  tags: ['access'],
  access: 'operator',
  input: z.object(auditFields),
  output: z.object({ items: z.array(AuditEntry), nextCursor: NextCursor }),
  errors: { 400: ['BAD_CURSOR'] },
  async run(wanted, { store }) {
    const page = await withRefusals(() => store.audit(auditQuery(wanted)))
    return { items: page.items.map(auditView), nextCursor: page.nextCursor }
  },
})
