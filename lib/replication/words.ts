import { bytesText, counted, durationText } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import type { Mapping, Side } from './types/inventory.ts'

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

/**
 * Why a side could not be read, one sentence; null where it was. That a dataset is not there has been read. The same on
 * every surface.
 */
export function whyUnread(side: Side, host: string): string | null {
  if (side.state === 'unknown') return side.fault.message
  return side.state === 'pool-unavailable' ? `Pool ${side.pool} on ${host} is ${side.health}.` : null
}

/** Of what no check has come to yet. */
export const NOT_CHECKED = 'It has not been looked at yet.'

/** An id that the configuration does not have. `hint`: what was meant, perhaps, with a space before it. */
export function noSuchHost(id: string, known: Iterable<string>, hint = ''): string {
  return `There is no host ${id} under san_hosts.${hint} There are ${[...known].join(', ')}.`
}
