import { z } from 'zod'
import { AuditResult, auditFields, auditQuery, auditVerificationView, auditView } from '#lib/api/audit.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { definePage } from '#lib/services.ts'
import { AuditLog } from '#lib/view/access/audit-log.tsx'
import { Page } from './_page.tsx'

export default definePage({
  title: 'Audit',
  access: 'operator',
  // The form sends an empty field where nothing is chosen.
  input: z.object({ ...auditFields, result: z.array(AuditResult).optional() }),
  async render(wanted, context) {
    const { items, nextCursor } = await withRefusals(() => context.store.audit(auditQuery(wanted)))
    const check = context.access.auditChecks.last()
    const { actor = '', target = '', action = [], result = [] } = wanted
    const filter = { actor, target, action: action.join(','), result: result[0] ?? '' }
    const asked = Object.entries(filter).filter(([, value]) => value !== '')
    const older = nextCursor && `/audit?${new URLSearchParams([...asked, ['cursor', nextCursor]])}`
    return (
      <Page context={context} at="audit">
        <AuditLog
          entries={items.map(auditView)}
          check={check && auditVerificationView(check)}
          filter={filter}
          older={older}
        />
      </Page>
    )
  },
})
