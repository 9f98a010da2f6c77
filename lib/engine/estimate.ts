import type { RunRecord } from '#lib/db/types.ts'
import { goesAt } from '#lib/replication/chain.ts'
import { estimateCommands } from '#lib/replication/plan/plan.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { JudgeInput } from '#lib/replication/types/verdict.ts'
import { isLimited } from './foresee.ts'
import type { Assessment } from './knowledge.ts'
import type { Sans } from './ports.ts'

/** Bytes by step number; null where the host had no sensible answer. */
export type StepBytes = ReadonlyMap<number, number | null>

/** Estimates already made, by plan hash: while the plan is the same its estimate need not be asked for again. */
export class EstimateBook {
  readonly #known = new Map<string, StepBytes>()

  get(plan: Plan): StepBytes | undefined {
    return this.#known.get(plan.hash)
  }

  put(plan: Plan, bytes: StepBytes): void {
    if (this.#known.size > 5000) this.#known.clear()
    this.#known.set(plan.hash, bytes)
  }
}

/**
 * Asks the primaries what the plans would send, one SSH command a host. A scan asks only where it matters, and only when
 * the plan changed.
 */
export async function estimatePlans(
  sans: Sans,
  book: EstimateBook,
  assessments: readonly Assessment[],
  options: { readonly estimates: 'behind' | 'all'; readonly signal?: AbortSignal },
): Promise<ReadonlyMap<string, StepBytes>> {
  const result = new Map<string, StepBytes>()
  const toAsk: Assessment[] = []
  for (const assessment of assessments) {
    const known = book.get(assessment.plan)
    if (known !== undefined) result.set(assessment.dataset.id, known)
    else if (options.estimates === 'all' || isWanted(assessment)) toAsk.push(assessment)
  }
  const asks = toAsk.flatMap(({ dataset, plan }) =>
    estimateCommands(plan).map(({ step, command }) => ({ id: `${dataset.id} ${step}`, command })),
  )
  if (asks.length === 0) return result
  const answers = await sans.estimate(asks, options.signal)
  for (const { dataset, plan } of toAsk) {
    const bytes = new Map(
      estimateCommands(plan).map(({ step }) => [step, answers.get(`${dataset.id} ${step}`)?.totalBytes ?? null]),
    )
    if (bytes.size === 0) continue
    result.set(dataset.id, bytes)
    if ([...bytes.values()].every((value) => value !== null)) book.put(plan, bytes)
  }
  return result
}

/** In a scan: where the sentence says how much is missing, where a repair may start and must fit, and where a quota may not let it. */
function isWanted({ verdict, plan, inventory }: Assessment): boolean {
  return verdict.health !== 'HEALTHY' || plan.automatic.allowed || isLimited(inventory)
}

/** Estimated bytes that the backup is behind: what the plan would send; null where any step has no estimate. */
export function bytesBehind(plan: Plan, bytes: StepBytes | undefined): number | null {
  if (bytes === undefined) return null
  let sum = 0
  for (const step of plan.steps) {
    if (step.kind !== 'transfer') continue
    const own = bytes.get(step.n) ?? null
    if (own === null) return null
    sum += own
  }
  return sum
}

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

/** Bytes per second of past repairs of a dataset, else of others between the same hosts; null: none moved enough to tell. */
export type PastRate = () => number | null

/** How long a transfer of so many bytes takes. */
export function secondsFor(bytes: number | null, rate: PastRate): number | null {
  if (bytes === null || bytes === 0) return null
  const bytesPerSecond = rate()
  return bytesPerSecond === null ? null : Math.ceil(bytes / bytesPerSecond)
}

/**
 * Would retention on the primary take the oldest snapshot before a seed has sent it? What the dataset refers to now is
 * the estimate of its size. False where any of it is not known: then the whole history is tried.
 */
export function seedIsOutrun({ inventory, comparison, memory, now }: JudgeInput, rate: PastRate): boolean {
  const oldest = comparison?.oldestEligible ?? null
  if (inventory.backup.state !== 'missing' || inventory.primary.state !== 'present' || oldest === null) return false
  const end = goesAt(oldest, memory.prunings ?? [], now)
  if (end === null) return false
  const seconds = secondsFor(inventory.primary.facts.referenced, rate)
  return seconds !== null && end < now + seconds * 1000 * MARGIN
}
