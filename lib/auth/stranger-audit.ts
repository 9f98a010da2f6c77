import { anonymous } from '#lib/runtime/actor.ts'
import type { Audit, AuditEntry } from './audit.ts'

/** Entries that may come at once; then one more after each span. */
const AT_ONCE = 100
const EVERY_MS = 120_000

/**
 * What people may have written who have not signed in: entries are kept for ever, so whoever knocks must not be able to fill
 * the book. What goes beyond is counted, by the users it was aimed at, and told with the next entry. Whether an entry is
 * written must not depend on whether the user exists: writing takes time that can be measured.
 */
export interface StrangerAudit {
  /** A refusal. */
  refused(entry: AuditEntry): Promise<void>
  /** One more of a kind that has its entry already. */
  alsoRefused(target: string | null): void
  /** Writes down what was only counted so far. */
  settle(): Promise<void>
}

export function createStrangerAudit(audit: Audit, now: () => number): StrangerAudit {
  let left = AT_ONCE
  let filledAt = now()
  let counted = new Map<string, number>()
  let since = 0

  function alsoRefused(target: string | null): void {
    if (counted.size === 0) since = now()
    const key = target ?? ''
    counted.set(key, (counted.get(key) ?? 0) + 1)
  }

  function mayWrite(): boolean {
    left = Math.min(AT_ONCE, left + Math.max(0, now() - filledAt) / EVERY_MS)
    filledAt = now()
    if (left < 1) return false
    left -= 1
    return true
  }

  /** The count, which begins anew. */
  function taken(): AuditEntry['detail'] {
    if (counted.size === 0) return {}
    const attempts = [...counted.values()].reduce((sum, one) => sum + one, 0)
    // Only users that exist are named here: the rest may be anything, passwords too.
    const at = Object.fromEntries([...counted].filter(([name]) => name !== ''))
    counted = new Map()
    return { alsoRefused: { attempts, since: new Date(since).toISOString(), at } }
  }

  return {
    alsoRefused,
    async refused(entry) {
      if (!mayWrite()) return alsoRefused(entry.target ?? null)
      await audit.write({ ...entry, result: 'REFUSED', detail: { ...entry.detail, ...taken() } })
    },
    async settle() {
      if (counted.size === 0) return
      const actor = anonymous(null, null)
      await audit.write({ actor, action: 'login', result: 'REFUSED', code: 'RATE_LIMITED', detail: taken() })
    },
  }
}
