import type { Hindrance } from '../misbehave/effects.ts'
import type { CommandIo } from '../words/command-io.ts'

/** Reads stdin in the exact amounts asked for, holding no more than one piece. */
export class StreamInput {
  private readonly io: CommandIo
  private readonly hindrance: Hindrance
  private buffer = new Uint8Array(1 << 18)
  bytes = 0

  constructor(io: CommandIo, hindrance: Hindrance) {
    this.io = io
    this.hindrance = hindrance
  }

  /** Exactly `length` bytes, valid until the next call; fewer when the stream ended before. */
  async read(length: number): Promise<Uint8Array> {
    if (length > this.buffer.length) this.buffer = new Uint8Array(length)
    let have = 0
    while (have < length) {
      const got = await this.io.read(this.buffer, have, length - have)
      if (got === 0) break
      have += got
    }
    this.bytes += have
    const piece = this.buffer.subarray(0, have)
    this.hindrance.pass(piece)
    return piece
  }
}
