import DatasetTable from '#islands/dataset-table.tsx'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { statusView } from '#lib/api/status.ts'
import { definePage } from '#lib/define.ts'
import { Island } from '#lib/runtime/index.ts'
import { inOrder, rowOf } from '#lib/view/dataset-row.ts'
import { OverviewHead } from '#lib/view/overview-head.tsx'
import { Page } from './_page.tsx'

export default definePage({
  title: 'Datasets',
  async render(_, context) {
    const now = context.now()
    const status = await statusView(context, now)
    const rows = inOrder(context.engine.datasets().map((view) => rowOf(datasetSummary(view, now))))
    return (
      <Page context={context} at="datasets">
        <OverviewHead
          overall={status.overall}
          headline={status.headline}
          healthy={status.counts.HEALTHY}
          total={status.counts.total}
          lastCheckAt={epochOf(status.lastCheck?.finishedAt)}
          nextCheckAt={epochOf(status.nextCheckAt)}
          now={now}
        />
        <Island of={DatasetTable} with={{ rows, asOf: now }} />
      </Page>
    )
  },
})

function epochOf(moment: string | null | undefined): number | null {
  return moment ? Date.parse(moment) : null
}
