import RunList from '#islands/run-list.tsx'
import { maintenanceNotes } from '#lib/api/maintenance.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { runView } from '#lib/api/run.ts'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { MaintenanceNotes } from '#lib/view/maintenance/notes.tsx'
import { RunFind, readRunQuery, runApiQuery, runPageQuery } from '#lib/view/runs/run-find.tsx'
import { runLineOf } from '#lib/view/runs/run-table.tsx'
import { Page } from '../_page.tsx'

const LIMIT = 50

export default definePage({
  title: 'Runs',
  async render(_, context) {
    const params = new URL(context.request?.url ?? 'http://here/').searchParams
    const query = readRunQuery(params)
    const cursor = params.get('cursor')
    const asked = runApiQuery(query)
    const time = (name: string): number | undefined => (asked.has(name) ? Date.parse(asked.get(name) ?? '') : undefined)
    const now = context.now()
    const page = await withRefusals(() =>
      context.store.runs({
        kind: query.kind === '' ? undefined : [query.kind],
        state: query.result === '' ? undefined : [query.result],
        datasetId: query.dataset || undefined,
        actor: query.actor || undefined,
        from: time('from'),
        to: time('to'),
        limit: LIMIT,
        cursor: cursor ?? undefined,
      }),
    )
    const runs = page.items.map((run) => runLineOf(runView(run, now)))
    asked.set('limit', String(LIMIT))
    return (
      <Page context={context} at="runs">
        <h1>Runs</h1>
        <MaintenanceNotes notes={maintenanceNotes(context.engine)} />
        <RunFind query={query} />
        {runs.length === 0 ? (
          <p class="empty">
            {runPageQuery(query, null) === '/runs' ? 'Nothing has run yet.' : 'No run matches these filters.'}
          </p>
        ) : (
          <Island of={RunList} with={{ runs, follow: cursor === null ? `/api/runs?${asked}` : null }} />
        )}
        <p class="row">
          {cursor !== null && (
            <a class="button" href={runPageQuery(query, null)}>
              Newest
            </a>
          )}
          {page.nextCursor !== null && (
            <a class="button" href={runPageQuery(query, page.nextCursor)}>
              Older
            </a>
          )}
        </p>
      </Page>
    )
  },
})
