import { reportView } from '#lib/api/report.ts'
import { gatherReport } from '#lib/history/gather-report.ts'
import { definePage } from '#lib/services.ts'
import { ProtectionReport } from '#lib/view/report/report.tsx'
import { Page } from './_page.tsx'

export default definePage({
  title: 'Protection report',
  async render(_, context) {
    const { publicUrl } = context.config.server
    const where = publicUrl === null ? '' : ` at ${publicUrl}`
    return (
      <Page context={context} at="report">
        <ProtectionReport
          report={reportView(await gatherReport(context))}
          witness={`zwitness ${context.about.version}${where}`}
        />
      </Page>
    )
  },
})
