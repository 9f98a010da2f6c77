import type { RunRecord, Store } from '#lib/db/types.ts'
import { sameFacts, triedOf } from '#lib/replication/tries.ts'
import type { RepairHistory } from '#lib/replication/types/verdict.ts'

/**
 * What the last repairs of a dataset say, newest first. Only failures count: a run that was cancelled, interrupted or
 * held back says nothing about the next one. Two equal failures of an equal plan slow the automatic repair down only where
 * another try could not help; a link that breaks twice is tried again, later and later. Failures up to `settledRun` do not
 * count.
 */
export function repairHistory(runs: readonly RunRecord[], settledRun = 0): RepairHistory {
  const failures: RunRecord[] = []
  for (const run of runs) {
    if (run.id <= settledRun) break
    if (run.state === 'SUCCEEDED' || run.state === 'SUCCEEDED_WITH_WARNINGS' || run.state === 'NO_CHANGE') break
    if (run.state === 'FAILED') failures.push(run)
  }
  const [last, before] = failures
  return {
    consecutiveFailures: failures.length,
    sameTwice: last !== undefined && before !== undefined && last.error?.retryable === false && sameFault(last, before),
    last:
      last === undefined
        ? null
        : {
            runId: `${last.id}`,
            kind: last.error?.kind ?? 'unrecognised',
            message: last.error?.message ?? last.outcome ?? 'It failed without a reason.',
            at: last.finishedAt ?? last.queuedAt,
            step: last.error?.step ?? null,
            tried: last.plan === null ? null : triedOf(last.plan),
          },
  }
}

function sameFault(one: RunRecord, other: RunRecord): boolean {
  if (one.error?.kind !== other.error?.kind || one.error?.step !== other.error?.step) return false
  // What was not planned, or is not known any more, is no equal of anything.
  if (one.plan === null || other.plan === null) return false
  const [tried, before] = [triedOf(one.plan), triedOf(other.plan)]
  return tried.kind === before.kind && sameFacts(tried.facts, before.facts)
}

/** The partial receive of a run of ours that did not end well: its token needs no two quiet looks before it is resumed. */
export function isOwnToken(runs: readonly RunRecord[], toGuid: string): boolean {
  return runs.some((run) =>
    run.plan?.steps.some(
      (step) => step.kind === 'transfer' && (step.target.guid === toGuid || step.arrives.includes(toGuid)),
    ),
  )
}

/** What these runs were to bring. One that was held back, or never began, has brought nothing. */
export function sentGuids(runs: readonly RunRecord[]): ReadonlySet<string> {
  const began = runs.filter(({ state, startedAt }) => startedAt !== null && !NEVER_SENT.has(state))
  const steps = began.flatMap((run) => run.plan?.steps ?? [])
  return new Set(steps.flatMap((step) => (step.kind === 'transfer' ? [step.target.guid, ...step.arrives] : [])))
}

const NEVER_SENT: ReadonlySet<RunRecord['state']> = new Set(['QUEUED', 'BLOCKED', 'NO_CHANGE'])

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
