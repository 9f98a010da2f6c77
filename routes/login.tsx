import { z } from 'zod'
import { password } from '#lib/api/words.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { redirect } from '#lib/runtime/reply.ts'
import { definePage, defineRoute, type Services } from '#lib/services.ts'
import { Login, type LoginProps } from '#lib/view/access/login.tsx'
import { afterSignIn, signedIn } from './_local-path.ts'
import { Page } from './_page.tsx'

const next = z.string().max(2000).optional()

export default definePage({
  title: 'Sign in',
  access: 'public',
  input: z.object({ next }),
  async render(input, context) {
    const { access, actor, config } = context
    if (await access.setup.needed()) return redirect('/setup')
    // With a proxy, or without sign-in, there is nothing to do here.
    if (actor.role !== 'none' || config.auth.mode !== 'password') return redirect(afterSignIn(input.next))
    return view(context, { next: afterSignIn(input.next) })
  },
})

export const POST = defineRoute({
  summary: 'Sign in.',
  access: 'public',
  form: true,
  // Told by the sign-in itself: who it was is known only there.
  audit: false,
  input: z.object({ name: z.string().max(200).default(''), password: password.or(z.literal('')).default(''), next }),
  async run({ name, password: typed, next: wanted }, context) {
    const { access, actor, request, requestId } = context
    const to = afterSignIn(wanted)
    if (request === undefined || context.config.auth.mode !== 'password') return redirect('/')
    try {
      const user = await access.signIn(request, actor, { name, password: typed, requestId })
      return signedIn(to, await access.startSession(request, actor, user))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { status, headers, detail } = error
      const body = view(context, { next: to, name, fault: detail })
      return context.page({ title: 'Sign in', body, status, headers })
    }
  },
})

function view(context: Services & InvocationContext, props: Pick<LoginProps, 'next' | 'name' | 'fault'>) {
  const { access } = context
  return (
    <Page context={context} at={null}>
      <Login {...props} csrf={context.formToken()} demo={access.demoLogins} elsewhere={elsewhereOf(context)} />
    </Page>
  )
}

/** The public address, when a browser that came another way could not keep the cookie. */
function elsewhereOf({ access, config, request }: Services & InvocationContext): string | null {
  const { publicUrl } = config.server
  if (!access.secure() || publicUrl === null || request === undefined) return null
  const host = request.headers.get('host')?.toLowerCase()
  // Browsers keep such cookies for this machine's own name.
  return host === new URL(publicUrl).host || host?.startsWith('localhost') ? null : publicUrl
}
