import type { Config } from '#config/effective.ts'
import type { Schedule } from '#lib/runtime/define.ts'

/** When scans come, null when they are switched off: the pattern, or the distance that no pattern can say. */
export function scanSchedule({ enabled, cron, intervalSeconds }: Config['scheduler']): Schedule | null {
  if (!enabled) return null
  return cron ?? { everySeconds: intervalSeconds }
}
