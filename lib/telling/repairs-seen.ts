import type { RunRecord, Store } from '#lib/db/types.ts'

interface Failures {
  readonly runId: string
  readonly at: number
  /** In a row; 0: the last one did not fail. */
  readonly count: number
  readonly code: string
  readonly message: string
}

interface Repaired {
  readonly runId: string
  readonly by: string
  readonly at: number
}

/** So many datasets are remembered; a fleet has fewer. */
const MOST = 20_000

/** How the repairs of each dataset ended, as far as anybody is told: those that end now, and those of open incidents. */
export class RepairsSeen {
  readonly #failures = new Map<string, Failures>()
  readonly #repaired = new Map<string, Repaired>()

  /** After a start: what is in the book already must not begin anew. */
  async load(store: Pick<Store, 'recentRepairs'>, datasetIds: readonly string[]): Promise<void> {
    for (const id of datasetIds) {
      const runs = await store.recentRepairs(id, 10)
      for (const run of runs.toReversed()) this.ended(run)
    }
  }

  /** A repair has ended. */
  ended(run: RunRecord): void {
    const { datasetId: id, finishedAt: at } = run
    if (run.kind !== 'REPAIR' || id === null || at === null) return
    if (this.#failures.size > MOST) this.#failures.clear()
    if (this.#repaired.size > MOST) this.#repaired.clear()
    const runId = String(run.id)
    if (this.#failures.get(id)?.runId === runId || this.#repaired.get(id)?.runId === runId) return
    if (run.state === 'FAILED') {
      const { kind: code, message } = run.error ?? {
        kind: 'REPAIR_FAILED',
        message: run.outcome ?? 'no reason is on record',
      }
      this.#failures.set(id, { runId, at, count: (this.#failures.get(id)?.count ?? 0) + 1, code, message })
    } else if (run.state === 'SUCCEEDED' || run.state === 'SUCCEEDED_WITH_WARNINGS') {
      if (this.#failures.has(id)) this.#failures.set(id, { runId, at, count: 0, code: '', message: '' })
      this.#repaired.set(id, { runId, by: whoOf(run), at })
    }
  }

  failures(id: string): Failures | null {
    return this.#failures.get(id) ?? null
  }

  repaired(id: string): Repaired | null {
    return this.#repaired.get(id) ?? null
  }
}

function whoOf({ trigger }: RunRecord): string {
  return trigger.type === 'schedule' || trigger.type === 'internal' ? 'the witness itself' : trigger.actor
}
