/** How one tier went. A check (lint, types) counts as one test. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Tiers that could not run here, and why. */
  readonly skippedBecause: readonly string[]
  /** What failed and what was said, told once more at the end. */
  readonly failures: readonly string[]
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0, skippedBecause: [], failures: [] }

export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skippedBecause: [...a.skippedBecause, ...b.skippedBecause],
    failures: [...a.failures, ...b.failures],
  }
}

/** Says why, and counts it as one failure. */
export function failedBecause(why: string): Tally {
  console.error(`FAILED: ${why}`)
  return { ...NOTHING, failed: 1, failures: [why] }
}

export function skippedBecause(why: string, tests: number): Tally {
  console.error(`SKIPPED: ${why}`)
  return { ...NOTHING, skipped: Math.max(1, tests), skippedBecause: [why] }
}

/** Where a test was skipped, the tier counts as skipped too: it is never green. @param why what is said after their number */
export function neverGreen(tally: Tally, why: string): Tally {
  if (tally.skipped === 0) return tally
  return { ...tally, skippedBecause: [...tally.skippedBecause, `${tally.skipped} ${why}`] }
}

export const tallyLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
