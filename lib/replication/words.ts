import { bytesText, counted, durationText } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import type { Mapping } from './types/inventory.ts'

/** The words that sentences are made of: names as configured, times in the configured zone. */
export interface Words {
  /** Host ids as configured. */
  readonly primary: string
  readonly backup: string
  /** `pool/ds` on each side. */
  readonly primaryDataset: string
  readonly backupDataset: string
  /** Epoch milliseconds → `2026-12-05 00:00`. */
  time(ms: number): string
  duration(seconds: number): string
  bytes(count: number): string
  /** `1 snapshot`, `3 snapshots`. */
  snapshots(count: number): string
}

export function wordsFor(mapping: Mapping, timezone: string): Words {
  return {
    primary: mapping.primary.host,
    backup: mapping.backup.host,
    primaryDataset: mapping.primary.dataset,
    backupDataset: mapping.backup.dataset,
    time: (ms) => zonedMinute(ms, timezone),
    duration: durationText,
    bytes: bytesText,
    snapshots: (count) => counted(count, 'snapshot'),
  }
}
