import type { DatasetSnapshots } from '#lib/zfs/listing.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'

interface Entry {
  readonly snapshotsChanged: number
  readonly origin: string | null
  readonly listing: DatasetSnapshots
  readonly listedAt: number
  readonly hostClock: number
}

/** Everything is listed anew once a day, whatever the hosts say: bookmarks and holds do not move `snapshots_changed`. */
const LONGEST_MS = 24 * 3600_000
const SWEEP_MS = 3600_000
/** `snapshots_changed` has whole seconds: a change in the second of the listing, or just after, would not show. */
const MATURE_SECONDS = 3
/** More than a host's clock and ours drift apart between two looks, or an answer is under way. */
const SLACK_SECONDS = 30

/**
 * Snapshot listings that still hold. The key is what the host itself says: dataset guid, `snapshots_changed` and origin
 * (a promoted clone owns other snapshots and keeps its old value). `-` never hits.
 */
export class ListingCache {
  readonly #entries = new Map<string, Entry>()
  #sweptAt = 0

  /**
   * `hostClock`: the host's clock at this look, epoch seconds; `now`: epoch milliseconds of the witness. A host whose clock
   * was set back may say the same second for another change, so what was listed before that holds no longer.
   */
  get(host: string, facts: DatasetFacts, hostClock: number | null, now: number): DatasetSnapshots | null {
    const entry = this.#entries.get(key(host, facts))
    if (entry === undefined || facts.snapshotsChanged === null || hostClock === null) return null
    const gone = hostClock - entry.hostClock
    if (gone < 0 || gone < (now - entry.listedAt) / 1000 - SLACK_SECONDS) return null
    if (entry.snapshotsChanged !== facts.snapshotsChanged || entry.origin !== facts.origin) return null
    return now - entry.listedAt > LONGEST_MS ? null : entry.listing
  }

  /** `hostClock` is the host's clock before the listing, epoch seconds; without it nothing is kept. */
  put(host: string, facts: DatasetFacts, listing: DatasetSnapshots, hostClock: number | null, now: number): void {
    this.#sweep(now)
    const changed = facts.snapshotsChanged
    if (changed === null || hostClock === null || changed > hostClock - MATURE_SECONDS) {
      this.#entries.delete(key(host, facts))
      return
    }
    this.#entries.set(key(host, facts), {
      snapshotsChanged: changed,
      origin: facts.origin,
      listing,
      listedAt: now,
      hostClock,
    })
  }

  get size(): number {
    return this.#entries.size
  }

  /** What is too old to be an answer is of datasets that nobody lists any more: gone, or of a host that is. */
  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return
    this.#sweptAt = now
    for (const [key, { listedAt }] of this.#entries)
      if (Math.abs(now - listedAt) > LONGEST_MS) this.#entries.delete(key)
  }
}

function key(host: string, facts: DatasetFacts): string {
  return `${host}\n${facts.guid}`
}
