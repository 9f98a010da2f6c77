import { readCookie, writeCookie } from './cookies.ts'
import { derived, newSecret, sameText } from './secrets.ts'

const PURPOSE = 'form'

/**
 * What a form sends back to show that our own page made it: derived from the session's cookie, and before anybody has
 * signed in from a cookie of its own. Another site can make a browser send the cookie, but cannot read it.
 */
export function formTokenFor(
  request: Request,
  secure: boolean,
): { readonly token: string; readonly cookie: string | null } {
  const known = readCookie('session', request, secure) ?? readCookie('form', request, secure)
  if (known !== null) return { token: derived(known, PURPOSE), cookie: null }
  const secret = newSecret()
  return { token: derived(secret, PURPOSE), cookie: writeCookie('form', request, secure, secret) }
}

export function isOwnForm(request: Request, secure: boolean, token: string): boolean {
  // Either: a form that was open before signing in is still ours afterwards.
  const cookies = [readCookie('session', request, secure), readCookie('form', request, secure)]
  return cookies.some((cookie) => cookie !== null && sameText(derived(cookie, PURPOSE), token))
}
