import DatasetPage from '#islands/dataset-page.tsx'
import { nameOf } from '#lib/api/dataset-summary.ts'
import { historyOf } from '#lib/api/history.ts'
import { maintenanceNotes } from '#lib/api/maintenance.ts'
import { datasetInput, noSuchDataset } from '#lib/api/refusals.ts'
import { runView } from '#lib/api/run.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Island } from '#lib/runtime/page.tsx'
import { Problem } from '#lib/runtime/problem.ts'
import { definePage, type Services } from '#lib/services.ts'
import { type Chain, readChainView } from '#lib/view/detail/chain-section.tsx'
import { shownChange } from '#lib/view/history/changes.tsx'
import { MaintenanceNotes, ofScheduler } from '#lib/view/maintenance/notes.tsx'
import { ask } from '../../_ask.ts'
import { Page } from '../../_page.tsx'
import { GET as objectiveRoute } from '../../api/datasets/[id]/objective.ts'
import { GET as snapshotsRoute } from '../../api/datasets/[id]/snapshots.ts'
import { GET as detailRoute } from '../../api/datasets/[id].ts'

const SNAPSHOTS = 400
const RUNS = 6
const CHANGES = 6
const MONTHS = 6
/** A SAN that does not answer must not hold the page: what is missing comes later. */
const PATIENCE_MS = 1_500

export default definePage({
  title: ({ id }, { engine }) => nameOf((engine.dataset(id) ?? noSuchDataset(id)).dataset.mapping.primary.dataset),
  input: datasetInput,
  async render({ id }, context) {
    const now = context.now()
    const [detail, chain, runs, history, objective] = await Promise.all([
      ask(detailRoute, { id }, context),
      chainOf(id, context),
      context.store.runs({ datasetId: id, limit: RUNS }),
      historyOf(context, { datasetId: id, limit: CHANGES }),
      ask(objectiveRoute, { id, months: MONTHS }, context),
    ])
    const params = new URL(context.request?.url ?? 'http://here/').searchParams
    return (
      <Page context={context} at="datasets">
        <MaintenanceNotes notes={ofScheduler(maintenanceNotes(context.engine))} />
        <Island
          of={DatasetPage}
          with={{
            detail,
            chain,
            runs: runs.items.map((run) => {
              const { id: number, kind, state, queuedAt, outcome } = runView(run, now)
              return { id: number, kind, state, queuedAt, outcome }
            }),
            changes: history.items.map(shownChange),
            months: objective.items,
            view: readChainView(params),
          }}
        />
      </Page>
    )
  },
})

/** Null: it has not been read, or not in time. The page says so, and asks again. */
async function chainOf(id: string, context: Services & InvocationContext): Promise<Chain | null> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), PATIENCE_MS)
  try {
    return await Promise.race([ask(snapshotsRoute, { id, limit: SNAPSHOTS }, context), late.promise])
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_READ_YET') return null
    throw error
  } finally {
    clearTimeout(timer)
  }
}
