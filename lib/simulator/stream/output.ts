import { writeSync } from 'node:fs'
import type { Hindrance } from '../misbehave/hindrance.ts'

/** Writes a stream to stdout; a reader that went away ends the process by SIGPIPE, as it ends `zfs send`. */
export class StreamOutput {
  private readonly hindrance: Hindrance
  private readonly onWrite: (bytes: number) => void
  bytes = 0

  constructor(hindrance: Hindrance, onWrite: (bytes: number) => void) {
    this.hindrance = hindrance
    this.onWrite = onWrite
  }

  write(piece: Uint8Array): void {
    this.hindrance.pass(piece)
    for (let at = 0; at < piece.length; ) {
      try {
        at += writeSync(1, piece, at, piece.length - at)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code !== 'EAGAIN' && code !== 'EINTR') throw error
        Bun.sleepSync(1)
      }
    }
    this.bytes += piece.length
    this.onWrite(piece.length)
  }
}
