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
