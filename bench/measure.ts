import type { Worlds } from './beds/open-worlds.ts'

/** One figure of a measure: what was seen, beside what, and the goal. Ratios compare within one run; times alone are this machine's. */
export interface Figure {
  readonly what: string
  /** Null: it could not be measured here, and `against` says why. */
  readonly value: number | null
  readonly unit: Unit
  /** What it is compared with, in words with its own figure. */
  readonly against: string
  readonly goal: Goal | null
  /** Smallest and greatest of the repetitions, where there were some. */
  readonly spread?: readonly [number, number]
  /** Printed where the goal is missed: why, and what would reach it. */
  readonly ifMissed?: string
}

export type Unit = 'ratio' | 'ms' | 's' | 'MB' | 'kB' | 'kB gz' | 'MB/s' | 'count' | 'cpu s' | 'cpu s/GiB'

export type Goal = { readonly atMost: number } | { readonly atLeast: number }

export interface Conditions {
  /** Smaller and fewer of everything: shows that the measure works, proves nothing. */
  readonly quick: boolean
  /** Simulated SANs shared by measures that leave them as they are. */
  readonly worlds: Worlds
}

export interface Measure {
  readonly name: string
  /** What is measured and how, for docs/benches.md. */
  readonly about: string
  readonly run: (conditions: Conditions) => Promise<readonly Figure[]>
}

/** Null: there is no goal, or no figure. */
export function meets({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean | null {
  if (goal === null || value === null) return null
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function spreadOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)]
}
