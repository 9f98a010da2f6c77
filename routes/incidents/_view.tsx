import { explanationOf, incidentDetail, noSuchIncident } from '#lib/api/incidents.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import type { Services } from '#lib/services.ts'
import { IncidentPage } from '#lib/view/incidents/incident-detail.tsx'
import { Page } from '../_page.tsx'

type Context = Services & InvocationContext

/** The page of one incident, also as the answer to one of its forms. */
export async function incidentBody(context: Context, id: string, fault: string | null = null) {
  const incident = await context.store.incident(id)
  if (incident === null) return noSuchIncident(id)
  const detail = incidentDetail(incident, await context.store.messagesOf(id))
  return (
    <Page context={context} at="incidents">
      <IncidentPage
        incident={detail}
        explained={explanationOf(detail.code)}
        channels={context.telling.overview().channels.length}
        csrf={context.formToken()}
        fault={fault}
      />
    </Page>
  )
}

/** Does what a form asks, and shows the incident with what came of it. */
export async function onIncident(context: Context, id: string, work: () => Promise<unknown>): Promise<Response> {
  try {
    await work()
    return context.page({ title: 'Incident', body: await incidentBody(context, id) })
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error
    return context.page({ title: 'Incident', body: await incidentBody(context, id, error.detail), problem: error })
  }
}
