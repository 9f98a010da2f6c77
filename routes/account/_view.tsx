import { sessionView, tokenView } from '#lib/api/access.ts'
import { mayAccess } from '#lib/runtime/actor.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import type { Services } from '#lib/services.ts'
import { Account, type AccountProps } from '#lib/view/access/account.tsx'
import { Page } from '../_page.tsx'

type More = Pick<AccountProps, 'made' | 'fault' | 'done'>

/** The account page, also as the answer to one of its forms. */
export async function accountBody(context: Services & InvocationContext, more: More = {}) {
  const { access, actor, request, now } = context
  const own = actor.kind === 'session' ? await access.users.find(actor.name) : null
  const isAdmin = mayAccess(actor.role, 'admin')
  const current = request === undefined ? null : await access.sessionId(request)
  const sessions = isAdmin || own !== null ? await access.sessions.list(isAdmin ? null : actor.name) : []
  const tokens = isAdmin ? (await access.tokens.list()).map((record) => tokenView(record, now())) : null
  return (
    <Page context={context} at={null}>
      <Account
        {...more}
        csrf={context.formToken()}
        name={actor.name}
        role={actor.role}
        kind={actor.kind}
        mayChangePassword={own?.source === 'database'}
        sessions={sessions.map((session) => sessionView(session, current))}
        tokens={tokens}
      />
    </Page>
  )
}

/** Does what a form asks; what is refused is said on the same page. */
export async function onAccount(context: Services & InvocationContext, work: () => Promise<More>): Promise<Response> {
  try {
    const body = await accountBody(context, await work())
    return context.page({ title: 'Account', body })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const body = await accountBody(context, { fault: error.detail })
    return context.page({ title: 'Account', body, problem: error })
  }
}
