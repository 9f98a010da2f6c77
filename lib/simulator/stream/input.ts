import { readSync } from 'node:fs'
import type { Hindrance } from '../misbehave/hindrance.ts'

/** Reads stdin in the exact amounts asked for, holding no more than one piece. */
export class StreamInput {
  private readonly hindrance: Hindrance
  private buffer = new Uint8Array(1 << 18)
  bytes = 0

  constructor(hindrance: Hindrance) {
    this.hindrance = hindrance
  }

  /** Exactly `length` bytes, valid until the next call; fewer when the stream ended before. */
  read(length: number): Uint8Array {
    if (length > this.buffer.length) this.buffer = new Uint8Array(length)
    let have = 0
    while (have < length) {
      const got = this.readSome(have, length - have)
      if (got === 0) break
      have += got
    }
    this.bytes += have
    const piece = this.buffer.subarray(0, have)
    this.hindrance.pass(piece)
    return piece
  }

  private readSome(offset: number, length: number): number {
    for (;;) {
      try {
        return readSync(0, this.buffer, offset, length, null)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'EOF') return 0
        if (code !== 'EAGAIN' && code !== 'EINTR') throw error
        Bun.sleepSync(1)
      }
    }
  }
}
