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

  /** After a repair has ended. */
  forget(datasetId: string): void {
    this.#runs.delete(datasetId)
  }
}
