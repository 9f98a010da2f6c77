import type { RunRecord } from '#lib/db/types.ts'
import { Bookings } from './room.ts'

interface Repair {
  readonly datasetId: string
  /** Its record with live progress. */
  readonly run: () => RunRecord
}

/**
 * What runs at this moment: repairs, queued or begun, the space they have booked, and the backups that a command of ours is
 * changing. Nothing of it outlives the process.
 */
export class Underway {
  readonly bookings = new Bookings()
  readonly #repairs = new Map<number, Repair>()
  /** Those that have begun: the run by dataset. */
  readonly #begun = new Map<string, number>()
  readonly #receiving = new Set<string>()
  readonly #swapping = new Set<string>()

  queued(datasetId: string, run: () => RunRecord): void {
    this.#repairs.set(run().id, { datasetId, run })
  }

  begun(runId: number): void {
    const repair = this.#repairs.get(runId)
    if (repair !== undefined) this.#begun.set(repair.datasetId, runId)
  }

  ended(runId: number): void {
    const datasetId = this.#repairs.get(runId)?.datasetId
    this.#repairs.delete(runId)
    if (datasetId !== undefined && this.#begun.get(datasetId) === runId) this.#begun.delete(datasetId)
  }

  /** Queued or begun, in the order in which they were accepted. */
  repairs(): readonly RunRecord[] {
    return [...this.#repairs.values()].map(({ run }) => run())
  }

  run(runId: number): RunRecord | null {
    return this.#repairs.get(runId)?.run() ?? null
  }

  /** The repair of a dataset, queued or begun. */
  repairOf(datasetId: string): RunRecord | null {
    for (const repair of this.#repairs.values()) if (repair.datasetId === datasetId) return repair.run()
    return null
  }

  /** The repair of a dataset that has begun. */
  begunRepairOf(datasetId: string): RunRecord | null {
    const runId = this.#begun.get(datasetId)
    return runId === undefined ? null : this.run(runId)
  }

  isRepairing(datasetId: string): boolean {
    return this.#begun.has(datasetId)
  }

  /** Ids of the datasets whose repair has begun. */
  repairing(): ReadonlySet<string> {
    return new Set(this.#begun.keys())
  }

  /** A stream of ours goes into its backup from now on (`receiving`), or short commands of ours change it (`swapping`). */
  changes(datasetId: string, how: 'receiving' | 'swapping'): void {
    if (how === 'receiving') this.#receiving.add(datasetId)
    else this.#swapping.add(datasetId)
  }

  changed(datasetId: string): void {
    this.#receiving.delete(datasetId)
    this.#swapping.delete(datasetId)
  }

  get receiving(): ReadonlySet<string> {
    return this.#receiving
  }

  /** What a check sees of these is half of something. */
  get swapping(): ReadonlySet<string> {
    return this.#swapping
  }
}
