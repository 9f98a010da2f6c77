import type { Admission } from '#lib/runtime/around.ts'
import { Problem, tooMany } from '#lib/runtime/problem.ts'
import { isOwnForm } from './forms.ts'
import { isSecure } from './guard.ts'
import type { AuthParts } from './ports.ts'
import { WriteLimit } from './rate-limit.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The last word before a handler: not too many writes, and none that a browser was made to send by another site's page. */
export function createAdmission({ config, now }: Pick<AuthParts, 'config' | 'now'>) {
  const limit = new WriteLimit(now)
  return ({ request, actor, access, formToken }: Admission): Problem | null => {
    if (SAFE.has(request.method)) return null
    if (formToken !== null && !isOwnForm(request, isSecure(config()), formToken)) return staleForm()
    // The framework has refused every foreign Origin already. A browser that brings its rights by itself must show one.
    const byItself = actor.kind === 'session' || actor.kind === 'proxy'
    if (byItself && !saysWhereFrom(request)) return crossSite()
    // Signing in has limits of its own.
    const wait = access === 'public' ? 0 : limit.take(actor)
    return wait === 0 ? null : tooMany('More than 120 changes in a minute; wait a moment.', wait)
  }
}

function saysWhereFrom(request: Request): boolean {
  return request.headers.get('sec-fetch-site') === 'same-origin' || request.headers.get('origin') !== null
}

function staleForm(): Problem {
  return new Problem(
    403,
    'CSRF',
    'The form is too old, or the browser keeps no cookies. Go back, load the page again, and send it once more.',
    {
      title: 'The form could not be accepted',
    },
  )
}

function crossSite(): Problem {
  return new Problem(
    403,
    'CSRF',
    'The browser did not say which page sent this, so it is not accepted with a cookie. Use this site itself; programs send a token.',
    { title: 'Cross-site request refused' },
  )
}
