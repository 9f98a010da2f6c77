import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Deed } from '#lib/replication/testing/model/model.ts'
import { openSimulator, type Simulator } from '#simulator/admin-api.ts'
import { type CommandEnd, runCommand } from '#tests/bed/command.ts'
import { endOfSnapshot } from './cut-stream.ts'

export const START = Date.UTC(2026, 10, 22, 12)
const PIECE_BYTES = 3000

interface Host {
  readonly directory: string
  readonly user: string
  readonly now: () => number
  readonly zfs: Simulator
}

/** Two simulated SANs that live through the deeds of a model, in this process. */
export class SimulatedSans {
  readonly primary: Host
  readonly backup: Host
  #second = 0

  constructor(directory: string) {
    const now = () => START + this.#second * 1000
    const host = (name: string, pool: string): Host => {
      const own = join(directory, name)
      mkdirSync(own, { recursive: true })
      const zfs = openSimulator(own, now)
      zfs.pool.create(pool, { sizeBytes: 1e9 })
      return { directory: own, user: 'root', now, zfs }
    }
    this.primary = host('primary', 'hqs8p1')
    this.backup = host('backup', 'hqs1p1')
  }

  /** Null where it worked, else what it said. */
  async perform(deed: Deed): Promise<string | null> {
    this.#second++
    if (deed.kind === 'command') return refusal(await runCommand(['zfs', ...deed.words], this[deed.side]))
    if (deed.kind === 'transfer') return this.#transfer(deed)
    this[deed.side].zfs.write(deed.dataset, PIECE_BYTES)
    return null
  }

  async #transfer({ source, sink, cut }: Extract<Deed, { kind: 'transfer' }>): Promise<string | null> {
    const into = sink.at(-1) ?? ''
    const pieces: Uint8Array[] = []
    const write = async (piece: Uint8Array) => void pieces.push(piece.slice())
    const words = source.includes('-t') ? ['send', '-v', '-P', '-t', await this.#token(into)] : source
    const sent = await runCommand(['zfs', ...words], this.primary, { read: async () => 0, write })
    if (sent.exitCode !== 0) return refusal(sent)
    const whole = Buffer.concat(pieces)
    const end = cut === null ? whole.length : endOfSnapshot(whole, cut.arrived, cut.saved)
    let at = 0
    const read = async (buffer: Uint8Array, offset: number, length: number): Promise<number> => {
      const piece = whole.subarray(at, Math.min(end, at + length))
      buffer.set(piece, offset)
      at += piece.length
      return piece.length
    }
    return refusal(await runCommand(['zfs', ...sink], this.backup, { read, write: async () => {} }))
  }

  async #token(dataset: string): Promise<string> {
    const words = ['zfs', 'get', '-H', '-o', 'value', 'receive_resume_token', dataset]
    return (await runCommand(words, this.backup)).stdout.trim()
  }
}

const refusal = ({ exitCode, stderr }: CommandEnd): string | null => (exitCode === 0 ? null : stderr)
