import type { RunRecord } from '#lib/db/types.ts'
import type { EngineDeps } from './deps.ts'

export type RunChange = Partial<Omit<RunRecord, 'id' | 'kind' | 'trigger' | 'queuedAt'>>

/**
 * Ends of runs that the store did not take: its disk was full, or somebody held it. Nobody runs these any more, but as
 * long as the store says so their datasets count as being repaired; so they are written before the next run is made.
 */
export class RunEnds {
  readonly #deps: Pick<EngineDeps, 'store' | 'log'>
  readonly #left = new Map<number, RunChange>()

  constructor(deps: Pick<EngineDeps, 'store' | 'log'>) {
    this.#deps = deps
  }

  /** Never fails: what the store does not take now it is given again. */
  async record(runId: number, end: RunChange): Promise<void> {
    this.#left.set(runId, end)
    await this.#write(runId, end)
  }

  async recordLeft(): Promise<void> {
    for (const [runId, end] of [...this.#left]) await this.#write(runId, end)
  }

  async #write(runId: number, end: RunChange): Promise<void> {
    try {
      await this.#deps.store.updateRun(runId, end)
      this.#left.delete(runId)
    } catch (error) {
      this.#deps.log.error(`The end of run ${runId} (${end.state}) is not on record yet: ${error}`, { runId })
    }
  }
}
