/** An invariant does not hold, in the middle of an operation or after it. */
export class Broken extends Error {
  readonly found: readonly string[]

  constructor(found: readonly string[]) {
    super(found.join('\n'))
    this.found = found
  }
}
