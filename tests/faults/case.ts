import { Bed, type BedOptions } from '#tests/bed/bed.ts'
import { runCommand } from '#tests/bed/command.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { checkInvariants } from '#tests/invariants/check.ts'
import { type Stock, takeStock } from '#tests/invariants/stock.ts'
import { DATASET } from './scene.ts'

const HOUR = 3600_000
const BYTES = 60_000

export interface AfterOptions {
  /** Findings of the invariants that mean nothing here. */
  readonly except?: RegExp
  /** False while somebody else's transfer is under way. */
  readonly idle?: boolean
}

/** One fault on a bed: a primary `tank/one` with s1…s3, of which the backup `vault/one` has the first. */
export class Case {
  readonly bed: Bed
  /** What must not be lost from here on. */
  #baseline: Stock

  private constructor(bed: Bed) {
    this.bed = bed
    this.#baseline = takeStock(bed)
  }

  static async open(options: Partial<BedOptions> & { readonly onBackup?: string | null } = {}): Promise<Case> {
    const { onBackup = 's1', ...rest } = options
    forgetBookings()
    const bed = await Bed.open({
      hosts: [
        { id: 'a', pool: 'tank' },
        { id: 'b', pool: 'vault' },
      ],
      mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
      defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
      ...rest,
    })
    const { zfs } = bed.host('a')
    zfs.batch(() => {
      zfs.dataset.create('tank/one')
      for (let n = 1; n <= 3; n++) zfs.snapshot(`tank/one@s${n}`, { bytes: BYTES })
    })
    if (onBackup !== null) zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', onBackup)
    await bed.start()
    return new Case(bed)
  }

  /** Somebody's own command on a SAN, as root. */
  async on(host: 'a' | 'b', line: string): Promise<void> {
    const san = this.bed.host(host)
    const { exitCode, stderr } = await runCommand(line.split(' '), { ...san, now: san.now, user: 'root' })
    if (exitCode !== 0) throw new Error(`${line}: ${stderr}`)
    this.rebase()
  }

  /** What people did up to now is theirs. */
  rebase(): void {
    this.#baseline = takeStock(this.bed)
  }

  /** Once, right before the first command of this kind is sent. */
  before(on: 'batch' | 'source' | 'sink', act: () => void): void {
    const { faults } = this.bed
    const take = faults.take.bind(faults)
    let done = false
    faults.take = (host, kind, lines) => {
      if (kind === on && !done) {
        done = true
        act()
        this.rebase()
      }
      return take(host, kind, lines)
    }
  }

  /** Scans of an hour apart. @returns the reasons then shown, worst first; every invariant has been checked */
  async after(scans: number, { except, idle = true }: AfterOptions = {}): Promise<readonly string[]> {
    for (let n = 0; n < scans; n++) {
      await this.bed.clock.pass(n === 0 ? 0 : HOUR)
      await this.bed.scan()
    }
    // The look after the last repair: nobody touched a SAN since.
    await this.bed.look(false)
    const context = { bed: this.bed, removed: new Set<string>(), idle, justLooked: true, settled: new Set<number>() }
    const found = await checkInvariants(this.#baseline, takeStock(this.bed), context)
    const broken = found.filter((each) => except?.test(each) !== true)
    if (broken.length > 0) throw new Error(broken.join('\n'))
    return this.bed.engine.dataset(DATASET)?.verdict.reasons.map(({ code }) => code) ?? []
  }

  async repairs(): Promise<readonly string[]> {
    const { items } = await this.bed.store.runs({ kind: ['REPAIR'], limit: 50 })
    return items.map(({ state, error }) => (error === null ? state : `${state} ${error.kind}`)).reverse()
  }

  async close(): Promise<void> {
    await this.bed.close()
  }
}
