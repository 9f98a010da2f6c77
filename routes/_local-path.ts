import { isLocalPath } from '#lib/runtime/index.ts'

const NOT_THERE = ['/login', '/setup', '/logout']

/** Where to go after signing in: only ever a page of ours. */
export function afterSignIn(next: string | undefined): string {
  if (next === undefined || !isLocalPath(next) || next.startsWith('/api/')) return '/'
  return NOT_THERE.some((path) => next === path || next.startsWith(`${path}?`)) ? '/' : next
}
