import { NotListed } from '#lib/inspect/discover/types.ts'
import type { Services } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

/** One count a day is enough, a little earlier each time rather than later. */
const DUE_MS = 20 * 3600_000

interface Counted {
  readonly host: string
  readonly at: string | null
  readonly datasets: number | null
  readonly count: number | null
  readonly error: string | null
}

/** Counts on each primary what nobody replicates; `onlyDue`: where that is long ago and the host answered last. */
export async function countPrimaries(
  {
    config,
    engine,
    store,
    inspection,
    now,
    signal,
  }: Pick<Services, 'config' | 'engine' | 'store' | 'inspection' | 'now'> & {
    readonly signal: AbortSignal
  },
  { onlyDue }: { readonly onlyDue: boolean },
): Promise<Counted[]> {
  const answering = new Set(engine.hosts().flatMap(({ id, reachable }) => (reachable === true ? [id] : [])))
  const known = new Map((await store.uncovered()).map(({ host, at }) => [host, at]))
  const isDue = (host: string): boolean =>
    answering.has(host) && Math.abs(now() - (known.get(host) ?? Number.NEGATIVE_INFINITY)) >= DUE_MS
  const counted: Counted[] = []
  for (const host of new Set(config.pairs.map(({ primary }) => primary))) {
    if (onlyDue && !isDue(host)) continue
    try {
      const { at, datasets, count } = await inspection.countUncovered(host, signal)
      counted.push({ host, at: iso(at), datasets, count, error: null })
    } catch (error) {
      if (!(error instanceof NotListed)) throw error
      counted.push({ host, at: null, datasets: null, count: null, error: error.message })
    }
  }
  return counted
}
