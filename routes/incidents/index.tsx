import { z } from 'zod'
import { incidentFields } from '#lib/api/incidents.ts'
import { definePage } from '#lib/services.ts'
import { IncidentTable, PendingList } from '#lib/view/incidents/incident-list.tsx'
import { ask } from '../_ask.ts'
import { Page } from '../_page.tsx'
import { GET as incidentsRoute } from '../api/incidents/index.ts'

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
    return (
      <Page context={context} at="incidents">
        <h1>Incidents{about === undefined ? '' : ` of ${about}`}</h1>
        <p>
          One incident is one cause, with everything that it puts out of order. Each is told once, and its end too.{' '}
          <a href="/notifications">Who is told, and whether it arrives</a>
        </p>
        {open.items.length === 0 ? (
          <p class="empty">Nothing is open.</p>
        ) : (
          <IncidentTable incidents={open.items} caption="Incidents that are open" />
        )}
        <PendingList pending={open.pending} />
        <h2>Over</h2>
        {over.items.length === 0 ? (
          <p class="empty">None has ended yet.</p>
        ) : (
          <IncidentTable incidents={over.items} caption="Incidents that are over" />
        )}
        {older && (
          <p>
            <a href={older}>Older ones</a>
          </p>
        )}
      </Page>
    )
  },
})
