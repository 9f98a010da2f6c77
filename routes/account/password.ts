import { z } from 'zod'
import { password } from '#lib/api/words.ts'
import { forbidden, Problem } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'
import { onAccount } from './_view.tsx'

const typed = password.or(z.literal('')).default('').meta({ secret: true })

export const POST = defineRoute({
  summary: 'Change your own password.',
  access: 'viewer',
  form: true,
  audit: 'passwordChange',
  input: z.object({ current: typed, password: typed, again: typed }),
  async run({ current, password: chosen, again }, context) {
    const { access, actor, request, requestId } = context
    if (actor.kind !== 'session' || request === undefined)
      return forbidden('Only somebody who signed in with a password has one to change.')
    let cookies: readonly string[] = []
    const answer = await onAccount(context, async () => {
      if (chosen !== again) throw new Problem(422, 'VALIDATION', 'The two new passwords are not the same.')
      // A browser that was left open is not enough; and wrong guesses wait as at the sign-in.
      await access.signIn(request, actor, { name: actor.name, password: current, requestId })
      const user = await access.users.change(actor.name, { password: chosen })
      await access.sessions.closeAll(user.name, null)
      cookies = await access.startSession(request, actor, user)
      return { done: 'The password is changed. All your other sessions have ended.' }
    })
    for (const cookie of cookies) answer.headers.append('Set-Cookie', cookie)
    return answer
  },
})
