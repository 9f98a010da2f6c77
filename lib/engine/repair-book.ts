import type { RunRecord, Store } from '#lib/db/types.ts'

const REMEMBERED = 10

/** The last repairs of each dataset, newest first, read from the store once. */
export class RepairBook {
  readonly #store: Store
  readonly #runs = new Map<string, readonly RunRecord[]>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(datasetIds: readonly string[]): Promise<void> {
    for (const id of datasetIds) {
      if (!this.#runs.has(id)) this.#runs.set(id, await this.#store.recentRepairs(id, REMEMBERED))
    }
  }

  of(datasetId: string): readonly RunRecord[] {
    return this.#runs.get(datasetId) ?? []
  }

  /** What is known of it is not true any more. */
  forget(datasetId: string): void {
    this.#runs.delete(datasetId)
  }

  retain(isWanted: (datasetId: string) => boolean): void {
    for (const id of this.#runs.keys()) if (!isWanted(id)) this.#runs.delete(id)
  }

  /** After a repair has ended: what it says of the next one is asked before the next check. */
  async reload(datasetId: string): Promise<void> {
    const recent = this.#store.recentRepairs(datasetId, REMEMBERED)
    recent.catch(() => this.forget(datasetId))
    this.#runs.set(datasetId, await recent)
  }
}
