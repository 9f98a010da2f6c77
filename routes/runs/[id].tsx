import { z } from 'zod'
import RunPage from '#islands/run-page.tsx'
import { logView } from '#lib/api/log.ts'
import { runNumber } from '#lib/api/refusals.ts'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { ask } from '../_ask.ts'
import { Page } from '../_page.tsx'
import { GET as runRoute } from '../api/runs/[id].ts'

const TAIL = 200

export default definePage({
  title: ({ id }) => `Run ${id}`,
  input: z.object({ id: z.string().max(20) }),
  async render({ id }, context) {
    // Before anything begins: what is thrown between two promises leaves the first one without anyone who hears of its end.
    const runId = runNumber(id)
    const [run, log] = await Promise.all([ask(runRoute, { id }, context), context.store.logs({ runId, limit: TAIL })])
    return (
      <Page context={context} at="runs">
        <Island of={RunPage} with={{ run, log: log.items.map(logView).reverse() }} />
      </Page>
    )
  },
})
