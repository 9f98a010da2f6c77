import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openSimulator, type Simulator } from '#simulator/admin-api.ts'
import type { VirtualClock } from './clock.ts'

/** One simulated SAN with one pool, reached without ssh. */
export class BedHost {
  readonly id: string
  readonly pool: string
  readonly zfs: Simulator
  readonly directory: string
  readonly user: string
  readonly #clock: VirtualClock
  /** Nobody answers there while false. */
  up = true
  /** Commands that run there now. */
  running = 0
  /** Of these: receives that have not noticed yet that their connection is gone. */
  lingering = 0
  #offSeconds = 0

  constructor(id: string, pool: string, at: { directory: string; clock: VirtualClock; user?: string; size: number }) {
    this.id = id
    this.pool = pool
    this.user = at.user ?? 'root'
    this.directory = join(at.directory, id)
    this.#clock = at.clock
    this.zfs = openSimulator(this.directory, this.now)
    this.zfs.pool.create(pool, { sizeBytes: at.size })
  }

  /** Epoch ms by this SAN's own clock. */
  readonly now = (): number => this.#clock.now() + this.#offSeconds * 1000

  setClock(offSeconds: number): void {
    this.#offSeconds = offSeconds
  }

  get skewSeconds(): number {
    return this.#offSeconds
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
