import type { ToList } from '#lib/zfs/operand.ts'

/** What is known of one kind of listing on one host. */
interface Known {
  /** Rows at the last listing, by dataset. */
  readonly rows: Map<string, number>
  /** In how large a group a dataset may be that was in one that took too long; gone with the first that did not. */
  readonly most: Map<string, number>
  /** Not reached at the last listing, because those before it took all the time. */
  readonly waiting: Set<string>
}

/** Datasets of a host beyond which what is remembered begins anew: no SAN has so many, a hostile one may say so. */
const MOST_DATASETS = 50_000

/** How fast hosts list, from one check to the next; nothing of it is kept beyond the life of the process. */
export class Pace {
  readonly #known = new Map<string, Known>()

  /** Those that were not reached the last time first. `kind`: what is listed, as `snapshots`. */
  toList(host: string, kind: string, names: readonly string[]): readonly ToList[] {
    const { rows, most, waiting } = this.#of(host, kind)
    const ordered = [...names.filter((name) => waiting.has(name)), ...names.filter((name) => !waiting.has(name))]
    return ordered.map((name) => ({ name, snapshots: rows.get(name) ?? null, most: most.get(name) ?? null }))
  }

  listed(host: string, kind: string, name: string, rows: number): void {
    this.#of(host, kind).rows.set(name, rows)
  }

  answered(host: string, kind: string, names: readonly string[]): void {
    const { most, waiting } = this.#of(host, kind)
    for (const name of names) {
      most.delete(name)
      waiting.delete(name)
    }
  }

  /** One command for all of these took too long: the next one is for half as many. */
  tooSlow(host: string, kind: string, names: readonly string[]): void {
    const { most, waiting } = this.#of(host, kind)
    for (const name of names) {
      most.set(name, Math.max(1, Math.floor(names.length / 2)))
      waiting.delete(name)
    }
  }

  notReached(host: string, kind: string, names: readonly string[]): void {
    const { waiting } = this.#of(host, kind)
    for (const name of names) waiting.add(name)
  }

  #of(host: string, kind: string): Known {
    const key = `${host} ${kind}`
    const known = this.#known.get(key)
    if (known !== undefined && known.rows.size + known.most.size + known.waiting.size < MOST_DATASETS) return known
    const fresh = { rows: new Map(), most: new Map(), waiting: new Set<string>() }
    this.#known.set(key, fresh)
    return fresh
  }
}
