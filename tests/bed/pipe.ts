/** The reader went away: what a command gets that writes on. */
export class BrokenPipe extends Error {}

/** So much lies in the pipe before its writer has to wait. */
const ROOM_BYTES = 65_536

/** A pipe in memory with back-pressure, as the kernel's. */
export class MemoryPipe {
  #pieces: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #broken = false
  #wakers: (() => void)[] = []
  /** Bytes that were ever written. */
  written = 0

  async write(piece: Uint8Array): Promise<void> {
    if (this.#broken || this.#ended) throw new BrokenPipe()
    if (piece.length === 0) return
    // The writer uses its buffer again.
    this.#pieces.push(piece.slice())
    this.#bytes += piece.length
    this.written += piece.length
    this.#wake()
    while (this.#bytes > ROOM_BYTES && !this.#broken) await this.#change()
    if (this.#broken) throw new BrokenPipe()
  }

  /** Up to `length` bytes into the buffer; 0 at the end. */
  async read(buffer: Uint8Array, offset: number, length: number): Promise<number> {
    for (;;) {
      const first = this.#pieces[0]
      if (first !== undefined) {
        const got = Math.min(length, first.length)
        buffer.set(first.subarray(0, got), offset)
        if (got === first.length) this.#pieces.shift()
        else this.#pieces[0] = first.subarray(got)
        this.#bytes -= got
        this.#wake()
        return got
      }
      if (this.#ended) return 0
      await this.#change()
    }
  }

  /** No more comes: the reader reads to the end. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** The reader is gone. */
  break(): void {
    this.#broken = true
    this.#wake()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve))
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}
