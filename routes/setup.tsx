import { z } from 'zod'
import { password } from '#lib/api/words.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { redirect } from '#lib/runtime/reply.ts'
import { definePage, defineRoute, type Services } from '#lib/services.ts'
import { Setup, type SetupProps } from '#lib/view/access/login.tsx'
import { signedIn } from './_local-path.ts'
import { Page } from './_page.tsx'

const token = z.string().max(200)

export default definePage({
  title: 'Set up',
  access: 'public',
  input: z.object({ token: token.optional(), next: z.string().max(2000).optional() }),
  async render({ token: given }, context) {
    const { setup } = context.access
    if (!(await setup.needed())) return redirect('/login')
    if (given !== undefined && setup.isGood(given)) {
      return view(context, { state: 'form', csrf: context.formToken(), token: given })
    }
    // Who comes too late finds a new one in the log.
    await setup.refresh()
    return view(context, { state: given === undefined ? 'no-link' : 'bad-link' })
  },
})

export const POST = defineRoute({
  summary: 'Make the first admin.',
  access: 'public',
  form: true,
  audit: false,
  input: z.object({
    token: token.default(''),
    name: z.string().max(200).default(''),
    password: password.or(z.literal('')).default(''),
    again: password.or(z.literal('')).default(''),
  }),
  async run({ token: given, name: typed, password: chosen, again }, context) {
    const { access, actor, request, requestId } = context
    const name = typed.trim().toLowerCase()
    if (request === undefined || !(await access.setup.needed())) return redirect('/login')
    if (!access.setup.isGood(given)) {
      await access.strangers.refused({ actor, action: 'setup', code: 'BAD_LINK', requestId })
      return context.page({ title: 'Set up', status: 403, body: view(context, { state: 'bad-link' }) })
    }
    try {
      if (chosen !== again) throw new Problem(422, 'VALIDATION', 'The two passwords are not the same.')
      const user = await access.users.addFirst({ name, password: chosen })
      access.setup.finish()
      const admin = { ...actor, kind: 'session' as const, name: user.name, role: user.role }
      await access.audit.write({ actor: admin, action: 'setup', target: user.name, requestId })
      return signedIn('/', await access.startSession(request, actor, user))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const csrf = context.formToken()
      const body = view(context, { state: 'form', csrf, token: given, name: typed, fault: error.detail })
      return context.page({ title: 'Set up', status: error.status, body })
    }
  },
})

function view(context: Services & InvocationContext, props: SetupProps) {
  return (
    <Page context={context} at={null}>
      <Setup {...props} />
    </Page>
  )
}
