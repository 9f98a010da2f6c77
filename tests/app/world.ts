import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Home } from '#tests/witness/home.ts'
import { Service } from '#tests/witness/service.ts'
import { type Written, yamlFor } from './config.ts'
import { type InProcess, openInProcess } from './in-process.ts'
import { San, type SanOptions } from './san.ts'

export interface HistoryOptions {
  /** Data in each snapshot. */
  readonly bytes?: number
  /** Age of the newest. */
  readonly newestHoursAgo?: number
  /** How many of them, from the oldest, the backup has already; 0: no backup dataset. */
  readonly onBackup?: number
}

export type WorldOptions = Partial<Record<'primary' | 'backup' | 'other', Partial<SanOptions>>>

/** One primary and one backup SAN, each simulated behind a real sshd, and the witnesses that look at them. */
export class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'zw-app-'))
  readonly primary: San
  readonly backup: San
  /** A second backup of the same primary, where one was asked for: every mapping then is there twice. */
  readonly other: San | null
  readonly #homes: Home[] = []
  #ahead = 0
  readonly #open: { close(): Promise<void> }[] = []

  private constructor(options: WorldOptions) {
    const { directory } = this
    this.primary = new San({ directory, name: 'prim', pool: 'tank', ...options.primary })
    this.backup = new San({ directory, name: 'back', pool: 'vault', ...options.backup })
    this.other =
      options.other === undefined ? null : new San({ directory, name: 'other', pool: 'barn', ...options.other })
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options)
    await Promise.all(world.sans.map((san) => san.start()))
    return world
  }

  get sans(): readonly San[] {
    return [this.primary, this.backup, ...(this.other === null ? [] : [this.other])]
  }

  /** A primary dataset with snapshots s1…sn an hour apart, of which the backup has the oldest `onBackup`. */
  dataset(name: string, snapshots: number, options: HistoryOptions = {}): void {
    const { bytes = 100_000, newestHoursAgo = 1, onBackup = 0 } = options
    const { zfs, pool } = this.primary
    const now = Math.floor(Date.now() / 1000)
    zfs.batch(() => {
      zfs.dataset.create(`${pool}/${name}`)
      for (let n = 1; n <= snapshots; n++) {
        const creation = now - Math.round((newestHoursAgo + snapshots - n) * 3600)
        zfs.snapshot(`${pool}/${name}@s${n}`, { creation, bytes })
      }
    })
    if (onBackup > 0) this.copy(name, `s${onBackup}`)
  }

  /** What another replicator would have brought over before us. */
  copy(name: string, upTo: string): void {
    const [primary, ...backups] = this.sans
    for (const { zfs, pool } of backups) primary?.zfs.replicate(`${primary.pool}/${name}`, zfs, `${pool}/${name}`, upTo)
  }

  /** One more snapshot on the primary, of now unless said otherwise. */
  snapshot(name: string, snapshot: string, options: { bytes?: number; hoursAgo?: number } = {}): string {
    const { bytes = 100_000, hoursAgo = 0 } = options
    return this.primary.zfs.snapshot(`${this.primary.pool}/${name}@${snapshot}`, {
      bytes,
      creation: Math.floor(Date.now() / 1000 - hoursAgo * 3600),
    })
  }

  /** Lets the time go on for a witness and for both SANs. */
  later(app: InProcess, milliseconds: number): void {
    app.later(milliseconds)
    this.#ahead += milliseconds
    for (const san of this.sans) san.setClock(Math.round(this.#ahead / 1000))
  }

  /** Guids of both sides by snapshot name; equal where the backup has everything. */
  guids(name: string): { readonly primary: Record<string, string>; readonly backup: Record<string, string> } {
    return {
      primary: this.primary.guids(`${this.primary.pool}/${name}`),
      backup: this.backup.guids(`${this.backup.pool}/${name}`),
    }
  }

  id(name: string, backup: San = this.backup): string {
    return `${this.primary.name}-${backup.name}.${name.replaceAll('/', '.')}`
  }

  yaml(written: Written): string {
    return yamlFor(
      this.sans.slice(1).map((backup) => [this.primary, backup]),
      written,
    )
  }

  get knownHosts(): string {
    return this.sans.map((san) => san.hostKeyLine).join('\n')
  }

  /** Directories of a witness that knows both SANs. */
  home(yaml: string): Home {
    const home = new Home({ yaml, identityFile: this.primary.clientKeyFile, knownHosts: this.knownHosts })
    this.#homes.push(home)
    return home
  }

  /** The service as a process of its own, not started yet. */
  service(yaml: string): Service {
    const service = new Service(this.home(yaml))
    this.#open.push({ close: async () => void (await service.kill()) })
    return service
  }

  /** The whole app in this process (`at`: its configuration, or its directories); nothing is looked at until the test asks. */
  async app(at: string | Home): Promise<InProcess> {
    const app = await openInProcess(typeof at === 'string' ? this.home(at) : at)
    this.#open.push(app)
    return app
  }

  async close(): Promise<void> {
    for (const each of this.#open.reverse()) await each.close()
    for (const san of this.sans) await san.stop()
    for (const home of this.#homes) home.remove()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
