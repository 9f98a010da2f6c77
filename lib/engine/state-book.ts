import type { ControlRecord, DatasetRecord, DatasetStateRecord, Store } from '#lib/db/types.ts'
import type { Monitored } from './monitored.ts'

/**
 * The states of all datasets as this process knows them, written through to the store. Judging reads and writes here
 * without an await in between, so two scans that overlap can not lose each other's memory.
 */
export class StateBook {
  readonly #store: Store
  #states = new Map<string, DatasetStateRecord>()
  #records: readonly DatasetRecord[] = []
  #controls: readonly ControlRecord[] = []

  constructor(store: Store) {
    this.#store = store
  }

  async load(now: number): Promise<void> {
    this.#states = new Map(await this.#store.states())
    this.#records = await this.#store.datasets()
    this.#controls = await this.#store.controls(now)
  }

  async reloadRecords(): Promise<void> {
    this.#records = await this.#store.datasets()
  }

  async reloadControls(now: number): Promise<void> {
    this.#controls = await this.#store.controls(now)
  }

  get records(): readonly DatasetRecord[] {
    return this.#records
  }

  state(datasetId: string): DatasetStateRecord | null {
    return this.#states.get(datasetId) ?? null
  }

  /** The state that the store has for a dataset not judged yet in this process: a former mapping's, taken over by guid. */
  async takeOver(datasetId: string): Promise<void> {
    const stored = this.#states.has(datasetId) ? null : await this.#store.state(datasetId)
    if (stored !== null) this.#states.set(datasetId, stored)
  }

  /** In memory at once; `save` makes it last. */
  set(record: DatasetStateRecord): void {
    this.#states.set(record.datasetId, record)
  }

  async save(datasetIds: readonly string[]): Promise<void> {
    await this.#store.saveStates(datasetIds.flatMap((id) => this.#states.get(id) ?? []))
  }

  /** Pause and acknowledgement in force at `now`. */
  controls(datasetId: string, now: number): readonly ControlRecord[] {
    return this.#controls.filter(
      (control) => control.datasetId === datasetId && (control.until === null || control.until > now),
    )
  }

  /** Paused in the config, or by a person. */
  isPaused(dataset: Monitored, now: number): boolean {
    return dataset.config.paused || this.#pause(dataset, now) !== undefined
  }

  /** Epoch ms at which a pause ends by itself; null where it does not, or there is none. */
  pausedUntil(dataset: Monitored, now: number): number | null {
    return dataset.config.paused ? null : (this.#pause(dataset, now)?.until ?? null)
  }

  #pause(dataset: Monitored, now: number): ControlRecord | undefined {
    return this.controls(dataset.id, now).find((control) => control.kind === 'pause')
  }
}
