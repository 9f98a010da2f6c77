import { reason } from '#lib/replication/sentences/reasons.ts'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { wordsFor } from '#lib/replication/words.ts'

/** The verdict of a dataset that nobody has looked at yet: unknown, and it says so. */
export function notChecked(mapping: Mapping, now: number, timezone: string): Verdict {
  const main = reason(wordsFor(mapping, timezone), 'NOT_CHECKED', {
    host: mapping.backup.host,
    kind: 'never',
    message: '',
    lastLookAt: null,
    lastHealth: null,
  })
  return {
    health: 'UNKNOWN',
    reason: main,
    reasons: [main],
    delaySeconds: null,
    lagSeconds: null,
    behind: null,
    newestCommon: null,
    newestPrimary: null,
    newestBackup: null,
    oldestMissing: null,
    looked: false,
    lastLookAt: null,
    judgedAt: now,
  }
}
