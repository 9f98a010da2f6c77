import { changeQuery, datasetHistory, historyOf } from '#lib/api/history.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { definePage } from '#lib/services.ts'
import { instantOf } from '#lib/text/zoned-time.ts'
import { ChangeTable, LookGaps, shownChange } from '#lib/view/history/changes.tsx'
import { HistoryFind, historyPage, readHistoryQuery } from '#lib/view/history/history-find.tsx'
import { Page } from '../_page.tsx'

const LIMIT = 50
const DAY_MS = 86_400_000

/** Begin of a day of the zone, or of the one after it. */
function beginOf(day: string, zone: string, after = 0): string | undefined {
  if (day === '') return undefined
  return new Date(instantOf({ day: Date.parse(day) / DAY_MS + after, minute: 0 }, zone)).toISOString()
}

export default definePage({
  title: 'History',
  async render(_, context) {
    const params = new URL(context.request?.url ?? 'http://here/').searchParams
    const wanted = readHistoryQuery(params)
    const cursor = params.get('cursor') ?? undefined
    const { subject, dataset, host } = wanted
    const zone = context.config.scheduler.timezone
    // An end before the begin finds nothing, which is what it asks for.
    const [from, to] = [beginOf(wanted.from, zone), beginOf(wanted.to, zone, 1)]
    const isEmpty = from !== undefined && to !== undefined && from >= to
    const query = changeQuery({
      ...{ dataset, host, from, cursor, limit: LIMIT },
      subject: subject === '' ? undefined : [subject],
      to: isEmpty ? undefined : to,
    })
    const page = await withRefusals(async () => {
      const nothing = { items: [], nextCursor: null, inForce: null, gaps: [] }
      if (isEmpty) return nothing
      if (dataset !== '') return datasetHistory(context, dataset, query)
      return { ...nothing, ...(await historyOf(context, query)) }
    })
    const { items, nextCursor, inForce, gaps } = page
    return (
      <Page context={context} at="history">
        <h1>History</h1>
        <p>
          What changed: the status of a dataset or the main reason for it, whether a SAN answers, the state of a pool. A
          dataset that is merely behind, or up to date again, has not changed. How well everything is protected by now
          is in the <a href="/report">report</a>.
        </p>
        <HistoryFind query={wanted} hosts={[...context.config.hosts.keys()].sort()} />
        {items.length === 0 ? (
          <p class="empty">Nothing changed, as far as is on record.</p>
        ) : (
          <ChangeTable items={items.map(shownChange)} caption="What changed, newest first" />
        )}
        {inForce !== null && (
          <section class="stack-s" aria-labelledby="before">
            <h2 id="before">How it stood at the beginning of that time</h2>
            <ChangeTable items={[shownChange(inForce)]} caption="How it stood at the beginning of that time" />
          </section>
        )}
        <LookGaps gaps={gaps} />
        <p class="row">
          {cursor !== undefined && (
            <a class="button" href={historyPage(wanted)}>
              Newest
            </a>
          )}
          {nextCursor !== null && (
            <a class="button" href={historyPage(wanted, nextCursor)} rel="next">
              Older
            </a>
          )}
        </p>
      </Page>
    )
  },
})
