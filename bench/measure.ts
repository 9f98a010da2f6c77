/** One figure of a measure: what was seen, beside what, and the goal. Ratios compare within one run; times alone are this machine's. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: 'ratio' | 'ms' | 's' | 'MB' | 'MB/s' | 'count' | 'cpu s/GiB'
  /** What it is compared with, in words with its own figure. */
  readonly against: string
  /** `≤ 1.5`, or null where there is none. */
  readonly goal: { readonly atMost: number } | { readonly atLeast: number } | null
  /** Smallest and greatest of the repetitions, where there were some. */
  readonly spread?: readonly [number, number]
}

export interface Measure {
  readonly name: string
  readonly run: () => Promise<readonly Figure[]>
}

export function meets({ value, goal }: Figure): boolean | null {
  if (goal === null) return null
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function spreadOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)]
}

/** CPU seconds of this process, user and system. */
export function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}
