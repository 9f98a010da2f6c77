import type { AuditRecord } from '#lib/db/types.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import type { WriteSummary } from '#lib/runtime/around.ts'
import type { AuthParts } from './ports.ts'

export interface AuditEntry {
  readonly actor: Actor
  readonly action: string
  readonly target?: string | null
  readonly reason?: string | null
  /** Default OK. */
  readonly result?: AuditRecord['result']
  readonly code?: string | null
  readonly requestId?: string | null
  readonly detail?: AuditRecord['detail']
}

/** Who did what, from where, why, and what came of it. Entries are only ever added. */
export interface Audit {
  /** Never throws: what was done stays done; that it is not in the book is told in the log. */
  write(entry: AuditEntry): Promise<void>
  /** An answer of the API to a request that may have written something. */
  writeRequest(summary: WriteSummary): Promise<void>
}

export function createAudit({ store, now, log }: AuthParts): Audit {
  async function write({ actor, action, ...entry }: AuditEntry): Promise<void> {
    const { kind, name, role, address, userAgent } = actor
    try {
      await store.addAudit({
        at: now(),
        actor: { kind, name, role, address },
        userAgent: userAgent?.slice(0, 300) ?? null,
        requestId: entry.requestId ?? null,
        action,
        target: entry.target ?? null,
        reason: entry.reason ?? null,
        result: entry.result ?? 'OK',
        code: entry.code ?? null,
        detail: entry.detail ?? {},
      })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log.error(`Not in the audit: ${action} by ${kind} ${name} (${entry.result ?? 'OK'}). ${why}`)
    }
  }

  return {
    write,
    async writeRequest(summary) {
      // Who sends too fast would otherwise fill the book with it.
      if (summary.code === 'RATE_LIMITED') return
      const { actor, action, input, code, detail, status, requestId } = summary
      const { reason, ...asked } = input
      const target = targetOf(summary)
      const runId = /^(?:\/api)?\/runs\/(\d+)$/.exec(summary.location ?? '')?.[1]
      await write({
        actor,
        action,
        target,
        reason: typeof reason === 'string' ? reason : null,
        result: status < 400 ? 'OK' : status < 500 ? 'REFUSED' : 'FAILED',
        code,
        requestId,
        detail: {
          ...plain(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== target))),
          ...(runId === undefined ? {} : { runId }),
          ...(detail === null ? {} : { message: detail.slice(0, 1000) }),
        },
      })
    },
  }
}

/** What the address names, else what the request names. */
function targetOf({ parameters, input }: WriteSummary): string | null {
  const [named] = Object.values(parameters)
  if (named !== undefined) return named.slice(0, 300)
  for (const key of ['dataset', 'datasetId', 'id', 'name', 'pair', 'host']) {
    const value = input[key]
    if (typeof value === 'string' && value !== '') return value
  }
  const ids = input.datasetIds
  return Array.isArray(ids) && ids.length === 1 ? String(ids[0]) : null
}

function plain(value: Record<string, unknown>): AuditRecord['detail'] {
  return JSON.parse(JSON.stringify(value)) as AuditRecord['detail']
}
