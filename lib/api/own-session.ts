import type { Access } from '#lib/auth/access.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import { notFound } from '#lib/runtime/problem.ts'

/** The number of a session that this actor may end. @throws Problem 404 NO_SUCH_SESSION, also for another's */
export async function ownSession(
  id: string,
  { access, actor }: { readonly access: Access; readonly actor: Actor },
): Promise<number> {
  const whose = actor.role === 'admin' ? null : actor.name
  const all = actor.role === 'admin' || actor.kind === 'session' ? await access.sessions.list(whose) : []
  const found = all.find((session) => String(session.id) === id)
  return found === undefined ? notFound(`There is no session ${id} of yours.`, 'NO_SUCH_SESSION') : found.id
}
