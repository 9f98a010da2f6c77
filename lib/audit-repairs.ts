import type { Audit } from '#lib/auth/audit.ts'
import type { RunRecord } from '#lib/db/types.ts'
import type { Emit } from '#lib/engine/deps.ts'
import { SCHEDULER_ACTOR } from '#lib/runtime/index.ts'

/** Words of a person are written down when they ask; what the witness does by itself, when it has ended. */
export function auditRepairs(emit: Emit, audit: () => Audit): Emit {
  // A run is told of more than once, also when it has ended.
  let last = new Set<number>()
  return {
    ...emit,
    run(run) {
      emit.run(run)
      if (run.kind !== 'REPAIR' || run.finishedAt === null || !isOwn(run)) return
      if (last.has(run.id)) return
      last = new Set([...last, run.id].slice(-100))
      const { id, datasetId, state, outcome, bytes } = run
      // Never rejects.
      void audit().write({
        actor: SCHEDULER_ACTOR,
        action: 'repair',
        target: datasetId,
        result: resultOf(state),
        code: run.error?.kind ?? null,
        detail: { runId: String(id), state, bytes, ...(outcome === null ? {} : { message: outcome }) },
      })
    },
  }
}

function isOwn({ trigger }: RunRecord): boolean {
  return trigger.type === 'schedule' || trigger.type === 'internal'
}

function resultOf(state: RunRecord['state']): 'OK' | 'REFUSED' | 'FAILED' {
  if (state === 'BLOCKED') return 'REFUSED'
  return state === 'FAILED' || state === 'INTERRUPTED' || state === 'CANCELLED' ? 'FAILED' : 'OK'
}
