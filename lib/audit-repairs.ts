import type { Audit, AuditEntry } from '#lib/auth/audit.ts'
import type { RunRecord } from '#lib/db/types.ts'
import type { Emit } from '#lib/engine/deps.ts'
import { ROLES, SCHEDULER_ACTOR } from '#lib/runtime/index.ts'

/** Words of a person are written down when they ask; what the witness does by itself, when it has ended. */
export function auditRepairs(emit: Emit, audit: () => Audit): Emit {
  // A run is told of more than once, also when it has ended.
  let last = new Set<number>()
  let decrypted = new Set<number>()
  return {
    ...emit,
    run(run) {
      emit.run(run)
      if (isDecision(run) && !decrypted.has(run.id)) {
        decrypted = new Set([...decrypted, run.id].slice(-100))
        void audit().write(decisionOf(run, run.plan.decrypts))
      }
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

/** A person has started what makes something readable that is encrypted: on record before the first byte. */
function isDecision(run: RunRecord): run is RunRecord & { readonly plan: { readonly decrypts: string } } {
  return run.kind === 'REPAIR' && !isOwn(run) && run.startedAt !== null && run.plan?.decrypts !== undefined
}

function decisionOf({ id, trigger, datasetId, reason }: RunRecord, message: string): AuditEntry {
  const { actor: name, role, address, userAgent, requestId, actorKind } = trigger
  return {
    actor: { kind: actorKind ?? 'none', name, role: ROLES.find((each) => each === role) ?? 'none', address, userAgent },
    action: 'sendDecrypted',
    target: datasetId,
    reason,
    requestId,
    detail: { runId: String(id), message },
  }
}

function isOwn({ trigger }: RunRecord): boolean {
  return trigger.type === 'schedule' || trigger.type === 'internal'
}

function resultOf(state: RunRecord['state']): 'OK' | 'REFUSED' | 'FAILED' {
  if (state === 'BLOCKED') return 'REFUSED'
  return state === 'FAILED' || state === 'INTERRUPTED' || state === 'CANCELLED' ? 'FAILED' : 'OK'
}
