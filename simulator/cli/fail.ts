/** Ends a command: what it says on stderr and its exit code. Nothing it changed is kept. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export const missingDataset = (name: string, exitCode = 1): Failure =>
  new Failure(`cannot open '${name}': dataset does not exist`, exitCode)
