import { localPath } from '#lib/runtime/reply.ts'

const NOT_THERE = ['/login', '/setup', '/logout']
/** Written for a header, a character may be nine; proxies refuse long ones. */
const LONGEST = 2000

/** On to a page of ours, with what a sign-in gives the browser to keep. */
export function signedIn(to: string, cookies: readonly string[]): Response {
  const headers = new Headers({ Location: to })
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** Where to go after signing in: only ever a page of ours, written as a header can carry it. */
export function afterSignIn(next: string | undefined): string {
  const to = next === undefined ? null : localPath(next)
  if (to === null || to.length > LONGEST || to.startsWith('/api/')) return '/'
  return NOT_THERE.some((path) => to === path || to.startsWith(`${path}?`)) ? '/' : to
}
