import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { Bed } from '#tests/bed/bed.ts'
import type { BedMapping, BedSettings } from '#tests/bed/config.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { Random } from '#tests/bed/random.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { lossKey } from '#tests/invariants/losses.ts'
import { datasetOf, type StockDataset, type StockSnapshot, stockOf } from '#tests/invariants/stock.ts'
import type { Counts } from './counts.ts'

const HOSTS: BedSettings['hosts'] = [
  { id: 'a', pool: 'tank' },
  { id: 'b', pool: 'vault' },
  { id: 'c', pool: 'barn' },
]
const ONE: BedMapping = { name: 'one', primary: 'a', backup: 'b' }
const MAPPINGS: readonly (readonly BedMapping[])[] = [
  [ONE],
  [ONE, { name: 'two', primary: 'a', backup: 'b' }],
  [ONE, { name: 'one', primary: 'a', backup: 'c' }],
  [{ name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true } }],
]
const POOL_BYTES = 40e6

/** The playing field of one sequence: SANs, a witness, and what people did to them. */
export class Field {
  readonly bed: Bed
  readonly counts: Counts
  /** What people removed, renamed or released since the last check. */
  readonly removed = new Set<string>()
  /** What a person agreed to lose, typing the name; the run may end much later. */
  readonly agreed = new Set<string>()
  /** See the checker. */
  readonly settled = new Set<number>()
  /** Nobody has touched a SAN since everything was looked at. */
  justLooked = false
  #names = 0

  private constructor(bed: Bed, counts: Counts) {
    this.bed = bed
    this.counts = counts
  }

  static async open(seed: number, counts: Counts): Promise<Field> {
    const random = new Random(seed ^ 0xf1e1d)
    const mappings = random.pick(MAPPINGS)
    const hosts = HOSTS.filter(({ id }) => mappings.some(({ primary, backup }) => primary === id || backup === id))
    const bed = await Bed.open({ seed, hosts, mappings, defaults: defaultsOf(random), poolBytes: POOL_BYTES })
    const field = new Field(bed, counts)
    const { zfs } = bed.host('a')
    for (const name of new Set(mappings.map((each) => `tank/${each.name}`))) {
      zfs.dataset.create(name)
      if (name === 'tank/tree') zfs.dataset.create('tank/tree/kid/grand')
    }
    for (let round = 0; round < 4; round++) {
      for (const name of field.primaries)
        if (round === 0 || random.chance(0.5)) field.snapshot(name, random.int(100_000))
      await bed.clock.pass(3600_000)
    }
    for (const { name, backup } of mappings) {
      // Often another replicator has brought something over before.
      const to = bed.host(backup)
      if (random.chance(0.6)) zfs.replicate(`tank/${name}`, to.zfs, `${to.pool}/${name}`)
      if (random.chance(0.5)) field.snapshot(`tank/${name}`, random.int(100_000))
    }
    await bed.start()
    return field
  }

  get engine(): Engine {
    return this.bed.engine
  }

  get primaries(): readonly string[] {
    const { mappings } = this.bed.settings
    const names = [...new Set(mappings.map((each) => `tank/${each.name}`))]
    return names.includes('tank/tree') ? [...names, 'tank/tree/kid', 'tank/tree/kid/grand'] : names
  }

  view(a: number): DatasetView {
    const views = this.engine.datasets()
    const found = views[a % views.length]
    if (found === undefined) throw new Error('No dataset is configured.')
    return found
  }

  primaryHost(): BedHost {
    return this.bed.host('a')
  }

  hostBy(a: number): BedHost {
    const hosts = [...this.bed.hosts.values()]
    const found = hosts[a % hosts.length]
    if (found === undefined) throw new Error('There is no host.')
    return found
  }

  /** A dataset as it is on its SAN now; null where it, or its pool, is not there. */
  find(host: string, name: string): StockDataset | null {
    return datasetOf(new Map([[host, stockOf(this.bed.host(host))]]), host, name)
  }

  newName(prefix = 's'): string {
    this.#names++
    return `${prefix}${this.#names}`
  }

  snapshot(dataset: string, bytes: number): void {
    this.primaryHost().zfs.snapshot(`${dataset}@${this.newName()}`, { bytes })
  }

  /** Where the witness was killed at a call, its supervisor starts the next one. */
  async startAgainIfKilled(): Promise<void> {
    const { bed } = this
    if (!bed.witness.life.over) return
    this.counts.add('operations', 'killed at a call')
    this.justLooked = false
    // What it had under way on the SANs notices.
    await bed.clock.pass(1000)
    await bed.restart()
    // A process takes its bookings with it.
    forgetBookings()
  }

  /** Somebody did something on a SAN. */
  touched(): void {
    this.justLooked = false
  }

  forgets(host: string, { guid }: StockSnapshot): void {
    this.removed.add(lossKey(host, 'snapshot', guid))
  }

  forgetsDataset(host: string, dataset: StockDataset): void {
    this.removed.add(lossKey(host, 'dataset', dataset.guid))
    for (const each of dataset.snapshots) this.forgets(host, each)
    for (const { guid, name } of dataset.bookmarks) this.removed.add(lossKey(host, 'bookmark', `${guid}#${name}`))
    for (const seed of dataset.live) this.removed.add(lossKey(host, 'live', seed))
  }
}

/** Policies that a configuration may have. */
export function defaultsOf(random: Random): object {
  return {
    auto_repair: !random.chance(0.15),
    repair_when: random.pick(['behind', 'behind', 'warning', 'broken']),
    max_delay_hours: random.pick([6, 72]),
    min_age_hours: random.pick([0, 0, 0, 1]),
    initial: random.pick(['oldest', 'oldest', 'latest']),
    anchor: random.pick(['bookmark', 'bookmark', 'none']),
    dry_run: random.chance(0.05),
    primary_max_age_hours: random.pick([0, 48]),
    snapshot_exclude: random.pick([['syncoid_*'], ['*7'], []]),
    on_diverged: random.pick(['proven', 'set_aside', 'ask']),
  }
}
