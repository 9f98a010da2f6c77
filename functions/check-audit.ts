import { z } from 'zod'
import { AuditVerification, auditVerificationView } from '#lib/api/audit.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Check that the audit is as it was written, and say its head where a copy of it is kept.',
  description:
    'An entry that was changed or taken out is an error in the log, and stands on every page until an admin says why.',
  schedule: '47 3 * * *',
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 10 * 60_000,
  tags: ['history'],
  output: z.object(AuditVerification.shape),
  async run(_, { access, logger }) {
    const { auditChecks } = access
    const check = await auditChecks.prove()
    const view = auditVerificationView(check)
    logger[view.intact ? 'info' : 'error'](auditChecks.exported(check))
    return view
  },
})
