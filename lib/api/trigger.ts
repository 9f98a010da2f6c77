import type { Trigger } from '#lib/db/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'

/** Who asked and how, as it is recorded with a run. */
export function triggerOf(context: Pick<InvocationContext, 'actor' | 'trigger' | 'requestId'>): Trigger {
  const { actor, trigger, requestId } = context
  return {
    type: trigger === 'http' && isCommandLine(actor) ? 'cli' : trigger,
    actorKind: actor.kind,
    actor: actor.name,
    role: actor.role,
    address: actor.address,
    userAgent: actor.userAgent,
    requestId,
  }
}

/** The command line speaks the same API, over the socket file or as the owner itself; people look for "cli" in the audit. */
function isCommandLine({ kind, userAgent }: InvocationContext['actor']): boolean {
  return kind === 'socket' && (userAgent?.startsWith('zwitness-cli') ?? false)
}

/** `web: alice`, `api: token ci`, `cli`, `schedule`: who asked, in as few words as a table has room for. */
export function triggerWords({ type, actorKind, actor }: Pick<Trigger, 'type' | 'actorKind' | 'actor'>): string {
  if (type === 'cli' || type === 'schedule') return type
  switch (actorKind) {
    case 'session':
    case 'proxy':
      return `web: ${actor}`
    case 'token':
      return `api: token ${actor}`
    case 'socket':
      return `socket: ${actor}`
    case 'none':
      return `web: ${actor}, not signed in`
    default:
      return actor
  }
}
