import { type AdoptResultsView, decisionsOf } from '#lib/api/adopt.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import { Adopt } from '#lib/view/adopt/adopt.tsx'
import { mayAct } from '#lib/view/may-act.ts'
import { Page } from '../_page.tsx'

/** The page of what needs one decision, also as the answer to that decision. */
export function adoptBody(context: Services & InvocationContext, results: AdoptResultsView['items'] | null = null) {
  return (
    <Page context={context} at="datasets">
      <Adopt
        items={decisionsOf(context.engine).items}
        csrf={context.formToken()}
        may={mayAct(context.actor.role, 'operator')}
        results={results}
      />
    </Page>
  )
}
