import type { ReasonCode } from '#lib/replication/types/reason.ts'
import type { Simulator } from '#simulator/admin-api.ts'

/** Hosts of the demo. The first four are SANs as in the sample configuration, the others each have something wrong. */
export type HostId = 'hqs8' | 'hqs10' | 'hqs1' | 'hqs7' | 'hqs2' | 'hqs3' | 'hqs4' | 'hqs5' | 'hqs6'

/** Where a scenario builds: both SANs, both dataset names. */
export interface Place {
  readonly primary: Simulator
  readonly backup: Simulator
  readonly from: string
  readonly to: string
  /** Epoch seconds at which the demo was built. */
  readonly now: number
}

/** One line of the demo's configuration, with the history that makes it show what it is there for. */
export interface Scenario {
  /** Its dataset below the primary's pool. */
  readonly dataset: string
  /** The pool on the backup side, where it is not the host's first. */
  readonly backupPool?: string
  /** What it shows, the main reason first. Empty: only what its note says. */
  readonly shows: readonly ReasonCode[]
  /** The comment above it in the configuration. */
  readonly note: string
  /** Settings in the words of the configuration. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  readonly build: (place: Place) => void
  /** Lines run in a shell of that SAN after everything is built; `$PRIMARY` and `$BACKUP` before a command choose the side. */
  readonly lines?: (place: Place) => readonly string[]
  /** What happens after the first scan: reasons that need a "before". */
  readonly later?: (place: Place) => void
  /** What goes on happening, every half minute. */
  readonly goesOn?: (place: Place) => void
}

export interface ScenarioPair {
  readonly name: string
  readonly primary: HostId
  readonly backup: HostId
  readonly scenarios: readonly Scenario[]
}

const HOUR = 3600
const MIB = 1024 * 1024

interface History {
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
