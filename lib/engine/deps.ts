import type { Config } from '#config/effective.ts'
import type { ControlRecord, DatasetStateRecord, RunRecord, Store } from '#lib/db/types.ts'
import type { Cadence } from '#lib/replication/judge/looking.ts'
import type { HostState } from './host-book.ts'
import type { Sans } from './ports.ts'

/** What the engine is built from. Everything that touches the world comes in here, so that a test can hold it. */
export interface EngineDeps {
  readonly config: () => Config
  readonly store: Store
  readonly sans: Sans
  readonly emit: Emit
  readonly log: EngineLog
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Resolves early, without an error, when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** 0 ≤ x < 1, for jitter and ids only. */
  readonly random: () => number
  /** The schedule of checks as it is at `now` (epoch ms). Absent: as even as its longest interval. */
  readonly cadence?: (scheduler: Config['scheduler'], now: number) => Cadence
}

/** What is stale, quiet or two looks in a row goes by the interval of its moment. */
export function cadenceAt({ config, cadence }: Pick<EngineDeps, 'config' | 'cadence'>, now: number): Cadence {
  const { scheduler } = config()
  return cadence?.(scheduler, now) ?? { intervalSeconds: scheduler.intervalSeconds }
}

/** Told after the fact; a listener's failure never reaches the engine. */
export interface Emit {
  dataset(record: DatasetStateRecord): void
  run(run: RunRecord): void
  progress(run: RunRecord): void
  host(state: HostState): void
  control(datasetId: string, controls: readonly ControlRecord[]): void
}

export interface EngineLog {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
export interface LogFields {
  readonly runId?: number
  readonly datasetId?: string
  readonly host?: string
  readonly [key: string]: unknown
}
