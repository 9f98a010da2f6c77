import Dashboard from '#islands/dashboard.tsx'
import { hostView } from '#lib/api/host.ts'
import { runView } from '#lib/api/run.ts'
import { nextCheckAt, overview, summariesOf } from '#lib/api/status.ts'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { isoOrNull } from '#lib/text/words.ts'
import { DecisionsNote } from '#lib/view/adopt/adopt.tsx'
import { problemsOf } from '#lib/view/dashboard/needs-you.tsx'
import { activeRunOf } from '#lib/view/dashboard/running-now.tsx'
import { oldestOf } from '#lib/view/dashboard/top.tsx'
import { findRows, readQuery } from '#lib/view/dataset-query.ts'
import { rowOf } from '#lib/view/dataset-row.ts'
import { WeaknessNote } from '#lib/view/layout.tsx'
import { overlookedOf } from '#lib/view/not-fresh.tsx'
import { FirstStepsPage } from './_first-steps.tsx'
import { Page } from './_page.tsx'

/** Rows that the page brings; the rest comes when it is there. */
const SLICE = 60

export default definePage({
  title: 'Datasets',
  async render(_, context) {
    const now = context.now()
    const params = new URL(context.request?.url ?? 'http://here/').searchParams
    const all = summariesOf(context, now)
    if (all.length === 0) return <FirstStepsPage context={context} steps={await context.inspection.firstSteps()} />
    // Not the whole status: whether the file on disk is sound would be judged for every page.
    const status = overview(context, now, all)
    const { config, engine } = context
    const query = readQuery(params)
    const found = findRows(all, query)
    const from = Math.max(0, Number(params.get('from')) || 0)
    return (
      <Page context={context} at="datasets">
        <WeaknessNote warnings={await context.warnings()} />
        <DecisionsNote count={engine.decisions().length} />
        <Island
          of={Dashboard}
          with={{
            summary: {
              overall: status.overall,
              headline: status.headline,
              counts: status.counts,
              maintenance: status.maintenance,
              incidents: status.incidents,
              hosts: engine.hosts().map((host) => hostView(host, config)),
              pairs: config.pairs.map(({ name, primary, backup }) => ({ name, primary, backup })),
              lastCheckAt: isoOrNull(engine.lastScan().finished?.finishedAt ?? null),
              nextCheckAt: isoOrNull(nextCheckAt(context)),
              oldest: oldestOf(all),
              overlooked: overlookedOf(all),
            },
            problems: problemsOf(all).groups.flatMap((group) => group.rows.map(rowOf)),
            rows: found.slice(from, from + SLICE).map(rowOf),
            found: found.length,
            reasons: [...new Set(all.map((row) => row.reason.code))].sort(),
            runs: engine.activeRuns().map((run) => activeRunOf(runView(run, now))),
            query,
          }}
        />
      </Page>
    )
  },
})
