import type { Settings, SnapshotSeen } from './sight.ts'

const HOUR = 3600
const DAY = 24 * HOUR
/** The rhythm's memory. */
const MEMORY_DAYS = 35
const NEWEST = 10

/** The settings with their defaults, in seconds, as PRODUCT.md gives them. */
export interface Rule {
  readonly max: number
  readonly warn: number
  readonly minAge: number
  /** Null: by the rhythm. Zero: not judged. */
  readonly primaryMaxAge: number | null
  readonly maxRecoveryPoint: number | null
  readonly recursive: boolean
  readonly wants: (snapshot: string) => boolean
  /** What decides which snapshots are eligible, as text: with another filter another history counts. */
  readonly filter: string
}

export function ruleOf(settings: Settings): Rule {
  const max = (settings.max_delay_hours ?? 72) * HOUR
  const include = settings.snapshot_include ?? []
  const exclude = settings.snapshot_exclude ?? ['syncoid_*']
  const hours = (value: number | undefined) => (value === undefined ? null : value * HOUR)
  return {
    max,
    warn: hours(settings.warn_delay_hours) ?? max / 2,
    minAge: hours(settings.min_age_hours) ?? 0,
    primaryMaxAge: hours(settings.primary_max_age_hours),
    maxRecoveryPoint: hours(settings.max_recovery_point_hours),
    recursive: settings.recursive === true,
    wants: (name) => (include.length === 0 || fits(include, name)) && !fits(exclude, name),
    filter: JSON.stringify([include, exclude, settings.min_age_hours ?? 0]),
  }
}

const fits = (globs: readonly string[], name: string): boolean =>
  globs.some((glob) =>
    new RegExp(
      `^${glob
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')}$`,
    ).test(name),
  )

/** Seconds between successive snapshots, in the order in which they were taken. */
function distances(snapshots: readonly SnapshotSeen[]): number[] {
  return snapshots.slice(1).map((each, index) => Math.abs(each.time - (snapshots[index]?.time ?? each.time)))
}

/** The middle distance of the newest ten; null where there are not two. Of an even number the larger: less worried. */
export function medianOfNewest(snapshots: readonly SnapshotSeen[]): number | null {
  const sorted = distances(snapshots.slice(-NEWEST)).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** The distances that a witness saw come about, over 35 days. */
export class Rhythm {
  /** Of the newest wanted one, by the order in which they were taken. */
  #newest: SnapshotSeen | null = null
  #watched: { readonly at: number; readonly seconds: number }[] = []
  #largestMedian = 0

  see(wanted: readonly SnapshotSeen[], nowSeconds: number): void {
    // A hole that was there at first sight is perhaps only pruned, so what counts came after it.
    for (const each of wanted) {
      const before = this.#newest
      if (before !== null && each.txg > before.txg)
        this.#watched.push({ at: nowSeconds, seconds: Math.abs(each.time - before.time) })
      if (before !== null && each.txg > before.txg) this.#newest = each
    }
    this.#newest ??= wanted.at(-1) ?? null
    this.#watched = this.#watched.filter(({ at }) => nowSeconds - at <= MEMORY_DAYS * DAY)
    this.#largestMedian = Math.max(this.#largestMedian, medianOfNewest(wanted) ?? 0)
  }

  get #fallBack(): number {
    return Math.max(DAY, this.#largestMedian)
  }

  /**
   * The text does not say from when on a memory is one. Where a longer rhythm is less worried (base + R), this is the
   * longest that may be meant; where a shorter one is (how long nothing may be missing), `shortest`.
   */
  get longest(): number {
    return Math.max(this.#fallBack, ...this.#watched.map(({ seconds }) => seconds))
  }

  get shortest(): number {
    const watched = this.#watched.map(({ seconds }) => seconds)
    return Math.min(this.#fallBack, watched.length === 0 ? this.#fallBack : Math.max(...watched))
  }

  /** Of any ten newest ever seen. */
  get largestMedian(): number {
    return this.#largestMedian
  }
}
