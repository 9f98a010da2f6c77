import type { RunRecord } from '#lib/db/types.ts'
import { goesAt } from '#lib/replication/chain.ts'
import type { JudgeInput } from '#lib/replication/types/verdict.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'

/** A shorter transfer is mostly looking and waiting. */
const LEAST_BYTES = 16 * 1024 * 1024
/** Time for what a transfer does not count: the other repairs of the host before it, a link that breaks. */
const MARGIN = 1.5

/** Bytes per second of the repairs given, the median; null where none moved enough to tell. */
export function pastRate(runs: readonly Pick<RunRecord, 'bytes' | 'startedAt' | 'finishedAt'>[]): number | null {
  const rates = runs
    .flatMap(({ bytes, startedAt, finishedAt }) => {
      if (bytes < LEAST_BYTES || startedAt === null || finishedAt === null || finishedAt <= startedAt) return []
      return [(bytes * 1000) / (finishedAt - startedAt)]
    })
    .toSorted((a, b) => a - b)
  return rates[Math.floor(rates.length / 2)] ?? null
}

/** How long a transfer of so many bytes takes, by past repairs of this dataset, else of others between the same hosts. */
export function secondsFor(context: EngineContext, dataset: Monitored, bytes: number | null): number | null {
  if (bytes === null || bytes === 0) return null
  const rate = pastRate(context.repairs.of(dataset.id)) ?? pastRate(neighbours(context, dataset))
  return rate === null ? null : Math.ceil(bytes / rate)
}

/**
 * Would retention on the primary take the oldest snapshot before a seed has sent it? What the dataset refers to now is
 * the estimate of its size. False where any of it is not known: then the whole history is tried.
 */
export function seedIsOutrun(context: EngineContext, dataset: Monitored, input: JudgeInput): boolean {
  const { inventory, comparison, memory, now } = input
  const oldest = comparison?.oldestEligible ?? null
  if (inventory.backup.state !== 'missing' || inventory.primary.state !== 'present' || oldest === null) return false
  const end = goesAt(oldest, memory.prunings ?? [], now)
  if (end === null) return false
  const seconds = secondsFor(context, dataset, inventory.primary.facts.referenced)
  return seconds !== null && end < now + seconds * 1000 * MARGIN
}

function neighbours(context: EngineContext, { mapping }: Monitored): readonly RunRecord[] {
  return context
    .datasets()
    .filter(
      (each) => each.mapping.primary.host === mapping.primary.host && each.mapping.backup.host === mapping.backup.host,
    )
    .flatMap(({ id }) => context.repairs.of(id))
}
