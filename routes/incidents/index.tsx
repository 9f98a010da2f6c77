import { z } from 'zod'
import { type IncidentView, incidentFields } from '#lib/api/incidents.ts'
import { definePage } from '#lib/services.ts'
import { Icon } from '#lib/view/icon.tsx'
import { IncidentTable, PendingList } from '#lib/view/incidents/incident-list.tsx'
import { ask } from '../_ask.ts'
import { Page } from '../_page.tsx'
import { GET as incidentsRoute } from '../api/incidents/index.ts'

/** What nobody knows of yet first, and of that the worst. */
function byNeed(a: IncidentView, b: IncidentView): number {
  const need = ({ state, severity }: IncidentView): number =>
    (QUIET.has(state) ? 2 : 0) + (severity === 'critical' ? 0 : 1)
  return need(a) - need(b)
}

const QUIET = new Set<IncidentView['state']>(['ACKED', 'SNOOZED', 'SUPPRESSED'])

export default definePage({
  title: 'Incidents',
  input: z.object({ datasetId: incidentFields.datasetId, host: incidentFields.host, cursor: incidentFields.cursor }),
  async render(wanted, context) {
    const of = { ...(wanted.datasetId && { datasetId: wanted.datasetId }), ...(wanted.host && { host: wanted.host }) }
    const open = await ask(incidentsRoute, { ...of, open: true, limit: 200 }, context)
    const over = await ask(
      incidentsRoute,
      { ...of, open: false, limit: 50, ...(wanted.cursor && { cursor: wanted.cursor }) },
      context,
    )
    const about = wanted.datasetId ?? wanted.host
    const older = over.nextCursor && `/incidents?${new URLSearchParams({ ...of, cursor: over.nextCursor })}`
    const isTold = context.telling.overview().channels.length > 0
    const pending =
      about === undefined
        ? open.pending
        : open.pending.filter(({ subject }) => subject === `dataset:${wanted.datasetId}`)
    return (
      <Page context={context} at="incidents">
        <header class="headline">
          <h1>{about === undefined ? 'Incidents' : `Incidents of ${about}`}</h1>
          <div class="row actions">
            {about !== undefined && (
              <a class="button" href="/incidents">
                All incidents
              </a>
            )}
            <a class="button" href="/notifications">
              Notifications
            </a>
          </div>
        </header>
        {!isTold && (
          <p class="note warn" role="note">
            <Icon name="alert" />
            <span>
              There is no channel for messages: nobody is told of these. <a href="/notifications">How to set one up</a>
            </span>
          </p>
        )}
        {wanted.cursor === undefined && (
          <section class="stack-s" aria-labelledby="open">
            <h2 id="open">Open</h2>
            {open.items.length === 0 ? (
              <p class="note good">
                <Icon name="check" />
                Nothing is open.
              </p>
            ) : (
              <IncidentTable
                incidents={open.items.toSorted(byNeed)}
                caption="Incidents that are open"
                isTold={isTold}
              />
            )}
            <PendingList pending={pending} />
          </section>
        )}
        <section class="stack-s" aria-labelledby="over">
          <h2 id="over">Over</h2>
          {over.items.length === 0 ? (
            <p class="empty">Nothing has been open and ended.</p>
          ) : (
            <IncidentTable incidents={over.items} caption="Incidents that are over" isTold={isTold} />
          )}
          {older && (
            <p>
              <a href={older}>Older ones</a>
            </p>
          )}
        </section>
        <p class="muted">
          One incident is one cause, with everything that it puts out of order. It is told once, and its end too.
        </p>
      </Page>
    )
  },
})
