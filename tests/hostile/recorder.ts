import type { RemoteCommand, TransferRequest } from '#lib/ssh/types.ts'
import { kindOf } from './answer.ts'

export interface Sent {
  readonly host: string
  readonly argv: readonly string[]
  readonly writes: boolean
  /** Where a stream of it goes to, or comes from. */
  readonly with: { readonly host: string; readonly argv: readonly string[] } | null
}

/** Every command that is sent to a SAN, whichever. */
export class Recorder {
  #sent: Sent[] = []

  batch(host: string, commands: readonly RemoteCommand[]): void {
    for (const { argv, onFailure = [] } of commands) {
      this.#sent.push({ host, argv, writes: kindOf(argv) === 'write', with: null })
      this.batch(host, onFailure)
    }
  }

  transfer({ source, sink }: TransferRequest): void {
    this.#sent.push({ host: source.host, argv: source.argv, writes: true, with: sink })
    this.#sent.push({ host: sink.host, argv: sink.argv, writes: true, with: source })
  }

  clear(): void {
    this.#sent = []
  }

  take(): readonly Sent[] {
    const sent = this.#sent
    this.clear()
    return sent
  }
}
