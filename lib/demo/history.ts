import type { Simulator } from '#simulator/admin-api.ts'
import type { Place } from './scenario.ts'

const HOUR = 3600
const MIB = 1024 * 1024

export interface History {
  /** Snapshots to take. */
  readonly count: number
  /** Hours from one to the next. */
  readonly every?: number
  /** Hours from the newest to now. */
  readonly newest?: number
  /** MiB of new data in each. */
  readonly mib?: number
  /** Begin of their names. */
  readonly named?: string
}

/** Takes snapshots as a schedule would have; returns their short names, oldest first. */
export function take(
  san: Simulator,
  dataset: string,
  now: number,
  { count, every = 24, newest = 2, mib = 4, named = 'daily' }: History,
): readonly string[] {
  const names: string[] = []
  for (let back = count - 1; back >= 0; back -= 1) {
    const creation = now - Math.round((newest + back * every) * HOUR)
    const name = `${named}-${new Date(creation * 1000).toISOString().slice(0, 16).replace('T', '_').replace(':', '')}`
    san.snapshot(`${dataset}@${name}`, { creation, bytes: mib * MIB })
    names.push(name)
  }
  return names
}

/** A primary with a history, and a backup that has all of it but the `behind` newest. Returns the names on the primary. */
export function replicated(
  { primary, backup, from, to, now }: Place,
  history: History & { readonly behind?: number },
): readonly string[] {
  primary.dataset.create(from)
  const names = take(primary, from, now, history)
  primary.replicate(from, backup, to, names.at(-1 - (history.behind ?? 0)))
  return names
}
