import { localPath } from '#lib/runtime/index.ts'

const NOT_THERE = ['/login', '/setup', '/logout']
/** Written for a header, a character may be nine; proxies refuse long ones. */
const LONGEST = 2000

/** Where to go after signing in: only ever a page of ours, written as a header can carry it. */
export function afterSignIn(next: string | undefined): string {
  const to = next === undefined ? null : localPath(next)
  if (to === null || to.length > LONGEST || to.startsWith('/api/')) return '/'
  return NOT_THERE.some((path) => to === path || to.startsWith(`${path}?`)) ? '/' : to
}
