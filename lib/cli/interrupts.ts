import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'

/**
 * Ctrl-C and SIGTERM while a connection is open. Whoever waits for a run takes them over; otherwise the first one aborts
 * what is asked of the service, so that everything is closed in order, and the second one ends the process.
 */
export class Interrupts {
  readonly #io: Io
  readonly #abort = new AbortController()
  readonly #handlers: (() => void)[] = []
  #stopListening: (() => void) | null = null

  constructor(io: Io) {
    this.#io = io
  }

  /** Fires with the first Ctrl-C that was not taken over. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** From here on Ctrl-C does not simply end the process. */
  listen(): void {
    this.#stopListening ??= this.#io.onInterrupt(() => this.#pressed())
  }

  stop(): void {
    this.#stopListening?.()
    this.#stopListening = null
  }

  /** The function that is returned gives them back. */
  takeOver(handler: () => void): () => void {
    this.#handlers.push(handler)
    return () => {
      const at = this.#handlers.indexOf(handler)
      if (at >= 0) this.#handlers.splice(at, 1)
    }
  }

  #pressed(): void {
    const handler = this.#handlers.at(-1)
    if (handler !== undefined) handler()
    else if (this.#abort.signal.aborted) this.#io.exit(EXIT.INTERRUPTED)
    else this.#abort.abort()
  }
}
