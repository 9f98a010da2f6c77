import type { RuntimeHooks } from './hooks.ts'
import { Problem } from './problem.ts'

/**
 * The way to the login page, and from there back to `next`, for a browser that was kept out.
 * @throws the error itself, where signing in is no cure
 */
export function signInInstead(
  error: unknown,
  { path, next, hooks }: { readonly path: string; readonly next: string; readonly hooks: RuntimeHooks },
): Response {
  const elsewhere = error instanceof Problem ? (hooks.signIn?.(error) ?? null) : null
  if (elsewhere === null || elsewhere === path) throw error
  return new Response(null, { status: 303, headers: { Location: `${elsewhere}?next=${encodeURIComponent(next)}` } })
}
