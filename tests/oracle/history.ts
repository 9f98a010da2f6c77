import type { DatasetSeen } from './sight.ts'

/** Fewer, or closer together, are what one hour of work takes away and brings back. */
const MANY = 4
const LONG_SECONDS = 3 * 3600

/**
 * PRODUCT.md: PRIMARY_LOST_HISTORY, as far as nobody can argue: all of at least four snapshots, hours apart, went at once
 * from a primary of which none had gone before, so that no retention of it is known, and it is not so long since they were
 * seen. It holds until they are back, or a person lifts it.
 */
export class History {
  #datasetGuid: string | null = null
  /** As a check last saw them. */
  #held: { readonly guids: ReadonlySet<string>; readonly spanSeconds: number; readonly atMs: number } | null = null
  /** How often some of those went, seen or not. */
  #went = 0
  #left: ReadonlySet<string> = new Set()
  /** Some went before: what retention is there is the product's to know. */
  #pruned = false
  #lost: ReadonlySet<string> | null = null

  get isLost(): boolean {
    return this.#lost !== null
  }

  /** What happens, whether a check sees it or not. */
  observe({ guid, snapshots }: DatasetSeen): void {
    if (this.#datasetGuid !== null && this.#datasetGuid !== guid) this.forget()
    this.#datasetGuid = guid
    const now = new Set(snapshots.map((each) => each.guid))
    const left = this.#left.intersection(now)
    if (left.size < this.#left.size) this.#went++
    this.#left = left
  }

  /** A check looks at it. */
  see(dataset: DatasetSeen, nowMs: number): void {
    this.observe(dataset)
    const now = new Set(dataset.snapshots.map(({ guid }) => guid))
    const held = this.#held
    if (this.#lost?.isSubsetOf(now) === true) this.#lost = null
    const atOnce = held !== null && this.#went === 1 && held.guids.isDisjointFrom(now)
    if (atOnce && !this.#pruned && held.guids.size >= MANY && held.spanSeconds >= LONG_SECONDS)
      if (nowMs - held.atMs < held.spanSeconds * 500) this.#lost ??= held.guids
    if (this.#went > 0) this.#pruned = true
    const times = dataset.snapshots.map(({ time }) => time)
    this.#held = {
      guids: now,
      spanSeconds: Math.max(...times, 0) - Math.min(...times, Math.max(...times, 0)),
      atMs: nowMs,
    }
    this.#left = now
    this.#went = 0
  }

  /** A person lifts it, the database is gone, or it is another dataset. */
  forget(): void {
    this.#held = null
    this.#lost = null
    this.#left = new Set()
    this.#went = 0
    this.#pruned = true
  }
}
