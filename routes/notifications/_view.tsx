import { notificationsView, type TriedView } from '#lib/api/incidents.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import { Channels } from '#lib/view/incidents/channels.tsx'
import { Page } from '../_page.tsx'

/** Who is told, also as the answer to a test. */
export async function notificationsBody(context: Services & InvocationContext, tried: TriedView | null = null) {
  const { telling, store } = context
  const view = notificationsView(telling.overview(), await store.waitingCount(), await store.messages(50))
  return (
    <Page context={context} at="incidents">
      <header class="stack-s">
        <nav class="crumbs" aria-label="Where you are">
          <ol>
            <li>
              <a href="/incidents">Incidents</a>
            </li>
            <li aria-current="page">Notifications</li>
          </ol>
        </nav>
        <h1>Notifications</h1>
      </header>
      <Channels view={view} csrf={context.formToken()} tried={tried} />
    </Page>
  )
}
