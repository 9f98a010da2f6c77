/** Where something is proved: a file of tests and the name of a test in it, as it is written there. */
export interface Proof {
  readonly file: string
  readonly test: string
}

/** One numbered row of the fault matrix: proved somewhere, or not yet and why. */
export interface Row {
  readonly row: number
  readonly fault: string
  readonly provedBy: readonly Proof[]
  /** What of it is still to be proved. */
  readonly notYet: string | null
}

/** `file > name of the test`, one proof each. */
export function proved(row: number, fault: string, ...where: readonly string[]): Row {
  return { row, fault, provedBy: where.map(proofOf), notYet: null }
}

/** Some of it, or nothing; `reason` says what is missing. */
export function notYet(row: number, fault: string, reason: string, ...where: readonly string[]): Row {
  return { row, fault, provedBy: where.map(proofOf), notYet: reason }
}

function proofOf(text: string): Proof {
  const at = text.indexOf(' > ')
  if (at < 0) throw new Error(`"${text}" is no proof: write it as tests/file.test.ts > name of the test`)
  return { file: text.slice(0, at), test: text.slice(at + 3) }
}
