import { limitsFor } from '#lib/zfs/snapshot-limits.ts'
import type { DatasetSnapshots } from '#lib/zfs/snapshot-listing.ts'
import type { DatasetFacts, Guid } from '#lib/zfs/types.ts'

interface Entry {
  readonly guid: Guid
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

/** By dataset's name, the one that was listed longest ago first. */
interface OfAHost {
  readonly entries: Map<string, Entry>
  bytes: number
  /** Of what is kept. */
  mostBytes: number
}

/**
 * Snapshot listings that still hold. They are kept by what we asked for, host and name, so that whatever a host answers
 * takes the place of what it answered before; they hold while it says the same dataset guid, `snapshots_changed` and
 * origin (a promoted clone owns other snapshots and keeps its old value). `-` never hits.
 */
export class ListingCache {
  readonly #hosts = new Map<string, OfAHost>()
  #sweptAt = 0

  /**
   * `hostClock`: the host's clock at this look, epoch seconds; `now`: epoch milliseconds of the witness. A host whose clock
   * was set back may say the same second for another change, so what was listed before that holds no longer.
   */
  get(host: string, facts: DatasetFacts, hostClock: number | null, now: number): DatasetSnapshots | null {
    const entry = this.#hosts.get(host)?.entries.get(facts.name)
    if (entry === undefined || facts.snapshotsChanged === null || hostClock === null) return null
    const gone = hostClock - entry.hostClock
    if (gone < 0 || gone < (now - entry.listedAt) / 1000 - SLACK_SECONDS) return null
    if (entry.guid !== facts.guid) return null
    if (entry.snapshotsChanged !== facts.snapshotsChanged || entry.origin !== facts.origin) return null
    return now - entry.listedAt > LONGEST_MS ? null : entry.listing
  }

  /** `hostClock` is the host's clock before the listing, epoch seconds; without it nothing is kept. */
  put(host: string, facts: DatasetFacts, listing: DatasetSnapshots, hostClock: number | null, now: number): void {
    this.#sweep(now)
    const own = this.#of(host)
    drop(own, facts.name)
    const changed = facts.snapshotsChanged
    if (changed === null || hostClock === null || changed > hostClock - MATURE_SECONDS) return
    const { guid, origin } = facts
    own.entries.set(facts.name, { guid, snapshotsChanged: changed, origin, listing, listedAt: now, hostClock })
    own.bytes += bytesOf(listing)
    for (const name of own.entries.keys()) {
      if (own.bytes <= own.mostBytes) return
      drop(own, name)
    }
  }

  /**
   * What a look at a host found: of no more than so many datasets at once anything is kept, and nothing of those that `isGone`.
   */
  looked(host: string, datasets: number, isGone: (name: string) => boolean): void {
    const own = this.#of(host)
    own.mostBytes = Math.max(own.mostBytes, limitsFor(datasets).bytesOfAHost)
    for (const name of own.entries.keys()) if (isGone(name)) drop(own, name)
  }

  get size(): number {
    return [...this.#hosts.values()].reduce((sum, { entries }) => sum + entries.size, 0)
  }

  #of(host: string): OfAHost {
    const own = this.#hosts.get(host) ?? { entries: new Map(), bytes: 0, mostBytes: limitsFor(1).bytesOfAHost }
    this.#hosts.set(host, own)
    return own
  }

  /** What is too old to be an answer is of datasets that are no longer listed: gone, or of a host that is. */
  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return
    this.#sweptAt = now
    for (const own of this.#hosts.values())
      for (const [name, { listedAt }] of own.entries) if (Math.abs(now - listedAt) > LONGEST_MS) drop(own, name)
  }
}

function drop(own: OfAHost, name: string): void {
  const entry = own.entries.get(name)
  if (entry === undefined) return
  own.entries.delete(name)
  own.bytes -= bytesOf(entry.listing)
}

/** An entry is something by itself. */
const ENTRY_BYTES = 1000
const bytesOf = ({ bytes }: DatasetSnapshots): number => ENTRY_BYTES + bytes
