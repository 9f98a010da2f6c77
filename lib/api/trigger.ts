import type { Trigger } from '#lib/db/types.ts'
import type { InvocationContext } from '#lib/runtime/index.ts'

/** Who asked and how, as it is recorded with a run. */
export function triggerOf(context: Pick<InvocationContext, 'actor' | 'trigger' | 'requestId'>): Trigger {
  const { actor, trigger, requestId } = context
  return {
    type: trigger,
    actor: actor.name,
    role: actor.role,
    address: actor.address,
    userAgent: actor.userAgent,
    requestId,
  }
}
