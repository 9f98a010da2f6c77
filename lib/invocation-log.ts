import type { Store } from '#lib/db/types.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import type { InvocationStore } from '#lib/runtime/index.ts'

/** Invocations of functions, written down in the store. */
export function invocationLog(store: Store): InvocationStore {
  return {
    async begin(record) {
      const id = await store.beginInvocation({
        name: record.functionName,
        trigger: record.trigger,
        actor: record.actor.name,
        input: plain(record.input),
        startedAt: record.startedAt.getTime(),
      })
      return String(id)
    },
    async end(id, outcome) {
      await store.endInvocation(Number(id), {
        state: outcome.state,
        finishedAt: outcome.endedAt.getTime(),
        outcome: plain(outcome.output ?? null),
        error: outcome.error ?? null,
      })
    },
  }
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json
}
