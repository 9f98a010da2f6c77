import { Problem } from '#lib/runtime/problem.ts'

export const SCRIPT_TYPE = 'text/x-shellscript'

/** A script for the admin of a SAN, as a file to read first. */
export function scriptAnswer(script: string, name: string): Response {
  return new Response(script, {
    headers: {
      'Content-Type': `${SCRIPT_TYPE}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
      'Cache-Control': 'no-store',
    },
  })
}

/** A script is for one SAN: the one that was named, or the only one that has any. */
export function hostOfScript(named: string | undefined, hosts: readonly string[]): string {
  const all = [...new Set(hosts)]
  const only = named ?? (all.length === 1 ? all[0] : undefined)
  if (only !== undefined) return only
  const detail =
    all.length === 0 ? 'No SAN has any, so there is nothing to write.' : `Name one SAN: ${all.toSorted().join(', ')}.`
  throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer: '/host', code: 'IMPOSSIBLE', detail }] })
}
