import LogTail from '#islands/log-tail.tsx'
import { logQuery, logView } from '#lib/api/log.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { LogFind, logApiQuery, readLogFilter } from '#lib/view/logs/log-find.tsx'
import { Page } from '../_page.tsx'

const FIRST = 200

export default definePage({
  title: 'Logs',
  async render(_, context) {
    const filter = readLogFilter(new URL(context.request?.url ?? 'http://here/').searchParams)
    const asked = logApiQuery(filter)
    const { datasetId, runId, level, ...rest } = Object.fromEntries(asked)
    const page = await withRefusals(() =>
      context.store.logs(
        logQuery({
          ...rest,
          datasetId,
          level: (level || undefined) as Parameters<typeof logQuery>[0]['level'],
          runId: runId === undefined ? undefined : Number(runId),
          limit: FIRST,
        }),
      ),
    )
    return (
      <Page context={context} at="logs">
        <div class="row between">
          <h1>Logs</h1>
          <p class="row">
            <a class="button plain" href={`/logs/download?${asked}`} download>
              Download (JSON Lines)
            </a>
            <a class="button plain" href={`/logs/download?${asked}${asked.size > 0 ? '&' : ''}as=text`} download>
              Download (text)
            </a>
          </p>
        </div>
        <LogFind filter={filter} />
        <Island
          of={LogTail}
          with={{
            records: page.items.map(logView).reverse(),
            cursor: page.nextCursor,
            query: asked.toString(),
            open: filter.to === '',
          }}
        />
      </Page>
    )
  },
})
