export interface Fault {
  /** Relative, for example `functions/scan.ts`. */
  readonly file: string
  readonly message: string
}

/** Everything that is wrong in the handler folders, at once. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  - ${fault.file}: ${fault.message}`)
    super(`The handler folders have ${faults.length} problem(s):\n${lines.join('\n')}`)
    this.faults = faults
  }
}
