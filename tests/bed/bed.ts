import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { openStore } from '#lib/db/open.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { Emit, Sans } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import { makeRandomFrom } from '#simulator/state/random.ts'
import { VirtualClock } from './clock.ts'
import { runCommand } from './command.ts'
import { type BedSettings, configOf } from './config.ts'
import { FaultBook } from './faults.ts'
import { BedHost } from './host.ts'
import { Random } from './random.ts'
import { bedSsh } from './ssh.ts'
import { type LogLine, Witness } from './witness.ts'

export interface BedOptions extends BedSettings {
  readonly seed?: number
  /** Of every pool. */
  readonly poolBytes?: number
  /** Unix user on the SANs; default root. */
  readonly user?: string
  /** Stands between the engine and its SANs. */
  readonly between?: (sans: Sans) => Sans
  /** Stands between lib/san and the simulated SANs. */
  readonly through?: (ssh: SshClient) => SshClient
  /** Who hears what the engine tells. */
  readonly emit?: Partial<Emit>
  /** Calls of the store that fail by themselves, whatever the disk does. */
  readonly storeRefuses?: (call: string, words: readonly unknown[]) => boolean
}

/** Somebody at the API. */
export const PERSON: Trigger = {
  type: 'http',
  actor: 'test',
  role: 'admin',
  address: null,
  userAgent: null,
  requestId: null,
}
/** The scheduler. */
export const SCHEDULE: Trigger = { ...PERSON, type: 'schedule', actor: 'scheduler' }
/** Calls of the store that write. */
const WRITES = /^(save|create|update|begin|end|add|set|clear|sync|interrupt)/
const START = Date.UTC(2026, 10, 22, 12)

/** The real engine, san and store over simulated SANs in this process: no ssh, no other process, no waiting. */
export class Bed {
  readonly directory: string
  readonly clock = new VirtualClock(START)
  readonly faults = new FaultBook()
  readonly hosts: ReadonlyMap<string, BedHost>
  readonly log: LogLine[] = []
  /** Calls that fail as on a full disk while it says so. */
  storeIsFull: (call: string) => boolean = () => false
  /** So many writes to the database fail, as on a full disk. */
  failingWrites = 0
  /** One did, and runs were hardly begun since: what it should have said may not be on record yet. */
  writeFailed = false
  #runsBegunSince = 0
  #store: OpenedStore
  #databases = 1
  readonly #ssh: SshClient
  readonly #random: Random
  readonly #options: BedOptions
  /** What is in force, and what the file says: the same, unless a reload failed. */
  #settings: BedSettings
  #file: BedSettings
  #config: Config
  #witness: Witness

  private constructor(options: BedOptions, directory: string, store: OpenedStore) {
    this.directory = directory
    this.#store = store
    this.#settings = options
    this.#file = options
    this.#options = options
    const { seed = 1, poolBytes = 1e9, user } = options
    this.#random = new Random(seed)
    makeRandomFrom(new Random(seed ^ 0x5eed).bits64)
    const at = { directory, clock: this.clock, user, size: poolBytes }
    this.hosts = new Map(options.hosts.map(({ id, pool }) => [id, new BedHost(id, pool, at)]))
    this.#config = configOf(options, this.clock.now())
    const ssh = bedSsh(this.hosts, this.faults, this.clock)
    this.#ssh = options.through?.(ssh) ?? ssh
    this.#witness = this.#begin()
  }

  static async open(options: BedOptions): Promise<Bed> {
    const directory = mkdtempSync(join(memoryDirectory(), 'zw-bed-'))
    const store = await openStore({ directory: join(directory, 'data'), now: () => START })
    return new Bed(options, directory, store)
  }

  get store(): OpenedStore {
    return this.#store
  }

  get witness(): Witness {
    return this.#witness
  }

  get engine(): Engine {
    return this.#witness.engine
  }

  get config(): Config {
    return this.#config
  }

  get settings(): BedSettings {
    return this.#settings
  }

  host(id: string): BedHost {
    const host = this.hosts.get(id)
    if (host === undefined) throw new Error(`There is no host ${id} on the bed.`)
    return host
  }

  /** A `zfs` command on that host, as typed there. @returns its stdout without white space around it, also where it failed. */
  async zfs(host: string, ...words: readonly string[]): Promise<string> {
    return (await runCommand(['zfs', ...words], this.host(host))).stdout.trim()
  }

  /** Waits for it in virtual time. `null` when the witness was killed meanwhile. */
  async run<T>(work: Promise<T>): Promise<T | null> {
    return this.clock.drive(Promise.race([work, this.#witness.life.died.then(() => null)]))
  }

  async start(): Promise<void> {
    await this.run(this.engine.start())
  }

  /** A new process on the same data. The old one must be over. */
  async restart(): Promise<void> {
    this.#witness.kill()
    // It would not even start, and be started again until there is room.
    this.failingWrites = 0
    this.writeFailed = false
    this.#force(this.#file)
    this.#witness = this.#begin()
    await this.start()
  }

  /** A new process on a new data directory: what the old database knew is lost. */
  async newDatabase(): Promise<void> {
    this.#witness.kill()
    await this.#store.close()
    this.#databases++
    const directory = join(this.directory, `data${this.#databases}`)
    this.#store = await openStore({ directory, now: this.clock.now })
    await this.restart()
  }

  /** Looks at everything; `repairs`: enqueues what policy allows. Waits for the look, not for the repairs. */
  async look(repairs = true): Promise<RunRecord | null> {
    const started = await this.run(this.engine.scan({ scope: { kind: 'all' }, enqueue: repairs, trigger: SCHEDULE }))
    return started === null ? null : this.run(started.done)
  }

  /** Until nothing is under way. */
  async idle(): Promise<void> {
    await this.run(this.#idle())
  }

  async scan(): Promise<void> {
    await this.look()
    await this.idle()
  }

  async configure(change: Partial<BedSettings>): Promise<void> {
    await this.run(this.reload(change))
  }

  /** As RunningConfiguration does it: where the new one cannot be taken, the one before stays in force until the next start. */
  async reload(change: Partial<BedSettings>): Promise<void> {
    const before = this.#settings
    this.#file = { ...before, ...change }
    this.#force(this.#file)
    try {
      await this.engine.configChanged()
    } catch (error) {
      this.#force(before)
      await this.engine.configChanged()
      throw error
    }
  }

  #force(settings: BedSettings): void {
    if (settings === this.#settings) return
    this.#config = configOf(settings, this.clock.now())
    this.#settings = settings
  }

  async close(): Promise<void> {
    this.#witness.kill()
    // What the killed one had under way on the SANs comes to its end.
    await this.clock.pass(3600_000)
    await this.#store.close()
    makeRandomFrom(null)
    rmSync(this.directory, { recursive: true, force: true })
  }

  #begin(): Witness {
    return new Witness({
      ssh: this.#ssh,
      store: this.#store,
      clock: this.clock,
      random: this.#random,
      config: () => this.#config,
      log: this.log,
      between: this.#options.between,
      emit: this.#options.emit,
      storeFails: (call, words) => {
        if (this.#options.storeRefuses?.(call, words) === true || this.storeIsFull(call)) return true
        const fails = this.failingWrites > 0 && WRITES.test(call)
        if (fails) {
          this.failingWrites--
          this.#runsBegunSince = 0
          this.writeFailed = true
        } else if (call === 'createRun') {
          this.#runsBegunSince++
          if (this.#runsBegunSince > 1) this.writeFailed = false
        }
        return fails
      },
    })
  }

  async #idle(): Promise<void> {
    const { engine, life } = this.#witness
    while (!life.over && engine.activeRuns().length > 0) await this.clock.sleep(1000, life.signal)
  }
}

/** A file system in memory where there is one: nothing here has to outlive a power cut. */
function memoryDirectory(): string {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir()
}
