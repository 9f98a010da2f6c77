import type { CommandIo } from '../cli/command-io.ts'
import type { Hindrance } from '../misbehave/hindrance.ts'

/** Writes a stream to stdout. */
export class StreamOutput {
  private readonly io: CommandIo
  private readonly hindrance: Hindrance
  private readonly onWrite: (bytes: number) => void
  bytes = 0

  constructor(io: CommandIo, hindrance: Hindrance, onWrite: (bytes: number) => void) {
    this.io = io
    this.hindrance = hindrance
    this.onWrite = onWrite
  }

  async write(piece: Uint8Array): Promise<void> {
    this.hindrance.pass(piece)
    await this.io.write(piece)
    this.bytes += piece.length
    this.onWrite(piece.length)
  }
}
