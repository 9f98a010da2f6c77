import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { Bed } from '#tests/bed/bed.ts'
import type { BedMapping, BedSettings } from '#tests/bed/config.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { Random } from '#tests/bed/random.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { lossKey } from '#tests/invariants/losses.ts'
import { datasetOf, type Stock, type StockDataset, type StockSnapshot, stockOf } from '#tests/invariants/stock.ts'
import { Oracle } from '#tests/oracle/oracle.ts'
import type { Check, Settings } from '#tests/oracle/sight.ts'
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
/** A quota below this leaves no room for what comes next. */
export const TIGHT_BYTES = 40e6
/** Of the second world: also nested mappings, names of every kind, a tree that goes raw. */
const NESTED: readonly BedMapping[] = [
  { name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true } },
  { name: 'tree/kid', primary: 'a', backup: 'c' },
]
const MORE_MAPPINGS: readonly (readonly BedMapping[])[] = [
  ...MAPPINGS,
  NESTED,
  [
    { name: 'one_two', primary: 'a', backup: 'b' },
    { name: 'one.two', primary: 'a', backup: 'b' },
  ],
  [{ name: 'safe', primary: 'a', backup: 'b', settings: { recursive: true, send: { raw: true } } }],
]
const RECURSIVE: ReadonlySet<string> = new Set(['tank/tree', 'tank/safe'])

/** The playing field of one sequence: SANs, a witness, and what people did to them. */
export class Field {
  readonly bed: Bed
  readonly world: 1 | 2
  readonly counts: Counts
  /** What people removed, renamed or released since the last check. */
  readonly removed = new Set<string>()
  /** What a person agreed to lose, typing the name; the run may end much later. */
  readonly agreed = new Set<string>()
  /** See the checker. */
  readonly settled = new Set<number>()
  /** Nobody has touched a SAN since everything was looked at. */
  justLooked = false
  /** Epoch ms at which that look began. */
  lookBegan = 0
  readonly oracle = new Oracle()
  /** The check that has just ended, until the oracle has judged it. */
  lastCheck: Check | null = null
  #names = 0
  /** When each dataset was last looked at, by id. */
  readonly #looks = new Map<string, number>()

  private constructor(bed: Bed, counts: Counts, world: 1 | 2) {
    this.bed = bed
    this.world = world
    this.counts = counts
  }

  static async open(seed: number, world: 1 | 2, counts: Counts): Promise<Field> {
    const random = new Random(seed ^ 0xf1e1d)
    const mappings = random.pick(world === 1 ? MAPPINGS : MORE_MAPPINGS)
    const hosts = HOSTS.filter(({ id }) => mappings.some(({ primary, backup }) => primary === id || backup === id))
    const bed = await Bed.open({ seed, hosts, mappings, defaults: defaultsOf(random, world), poolBytes: POOL_BYTES })
    const field = new Field(bed, counts, world)
    const { zfs } = bed.host('a')
    for (const name of new Set(mappings.map((each) => `tank/${each.name}`))) {
      if (
        bed
          .host('a')
          .zfs.store.allPools()[0]
          ?.datasets.some((each) => each.name === name)
      )
        continue
      zfs.dataset.create(name, name === 'tank/safe' ? { passphrase: 'a secret of theirs', properties: ENCRYPTED } : {})
      if (name === 'tank/tree') zfs.dataset.create('tank/tree/kid/grand')
      if (name === 'tank/safe') zfs.dataset.create('tank/safe/kid')
    }
    for (let round = 0; round < 4; round++) {
      for (const name of field.primaries)
        if (round === 0 || random.chance(0.5)) field.snapshot(name, random.int(100_000))
      await bed.clock.pass(3600_000)
    }
    for (const { name, backup } of mappings) {
      // Often another replicator has brought something over before.
      const to = bed.host(backup)
      if (random.chance(0.6) && name !== 'safe') zfs.replicate(`tank/${name}`, to.zfs, `${to.pool}/${name}`)
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
    if (this.world === 1)
      return names.includes('tank/tree') ? [...names, 'tank/tree/kid', 'tank/tree/kid/grand'] : names
    // Of a tree whatever is in it now.
    const roots = names.filter((name) => RECURSIVE.has(name))
    const { store } = this.primaryHost().zfs
    const below = store
      .allPools()
      .flatMap((pool) => (pool.imported ? pool.datasets.map(({ name }) => name) : []))
      .filter((name) => roots.some((root) => name.startsWith(`${root}/`)))
    store.forget()
    return [...new Set([...names, ...below])]
  }

  get policy(): Settings {
    return (this.bed.settings.defaults ?? {}) as Settings
  }

  /** What is in force, as a person wrote it. */
  tellOracle(): void {
    const { mappings, defaults } = this.bed.settings
    const at = (id: string, name: string) => ({ host: id, dataset: `${this.bed.host(id).pool}/${name}` })
    this.oracle.configure(
      mappings.map(({ name, primary, backup, settings }) => ({
        primary: at(primary, name),
        backup: at(backup, name),
        settings: { ...defaults, ...settings } as Settings,
      })),
    )
  }

  /** What the product shows beside what the oracle says, after a check; nothing changes on a SAN meanwhile. */
  judge(stock: Stock): string[] {
    const { bed, lastCheck, counts } = this
    const now = bed.clock.now()
    // A reload may have failed, and a start has read the file again.
    this.tellOracle()
    this.oracle.observe(stock, now)
    this.oracle.looked(stock, now, this.#lookedAt())
    this.lastCheck = null
    if (lastCheck === null || bed.engine.activeRuns().length > 0) return []
    const shown = bed.engine.datasets().map(({ dataset, verdict }) => ({
      primary: dataset.mapping.primary,
      backup: dataset.mapping.backup,
      health: verdict.health,
      codes: verdict.reasons.map(({ code }) => code),
    }))
    return this.oracle.judge(stock, now, shown, lastCheck, (what) => counts.add('oracle', what))
  }

  /** Mappings that were looked at since the last time, be it in a repair. */
  #lookedAt(): DatasetView['dataset']['mapping'][] {
    return this.bed.engine.datasets().flatMap(({ dataset: { id, mapping }, verdict: { lastLookAt } }) => {
      if (lastLookAt === null || this.#looks.get(id) === lastLookAt) return []
      this.#looks.set(id, lastLookAt)
      return [mapping]
    })
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

  /** Datasets with a limit that a person set close to what is used. */
  tightLimits({ zfs }: BedHost): { name: string; limit: 'quota' | 'refquota' }[] {
    zfs.store.forget()
    const found = zfs.store
      .allPools()
      .flatMap((pool) =>
        pool.datasets.flatMap(({ name, local }) =>
          (['quota', 'refquota'] as const)
            .filter((limit) => Number(local[limit] ?? 0) > 0 && Number(local[limit]) < TIGHT_BYTES)
            .map((limit) => ({ name, limit })),
        ),
      )
    zfs.store.forget()
    return found
  }

  /**
   * Somebody writes to a backup. Where a person has just agreed to lose "every change" after the base there, this one is
   * among them: between the last look of that repair and its rollback nothing can guard it, for ZFS has no rollback on condition.
   */
  writeTo(host: BedHost, name: string, bytes: number): void {
    const dataset = this.find(host.id, name)
    // Nobody can mount what is being received for the first time.
    if (dataset === null || (dataset.partial !== null && dataset.snapshots.length === 0)) return
    host.zfs.write(name, bytes)
    const goingBack = this.engine.activeRuns().some(({ plan, datasetId }) => {
      const backup = datasetId === null ? undefined : this.engine.dataset(datasetId)?.dataset.mapping.backup
      return plan?.kind === 'IN_PLACE' && backup?.host === host.id && backup.dataset === name
    })
    if (goingBack)
      for (const seed of this.find(host.id, name)?.live ?? []) this.agreed.add(lossKey(host.id, 'live', seed))
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

const ENCRYPTED = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }

/** Policies that a configuration may have. */
export function defaultsOf(random: Random, world: 1 | 2): object {
  const first = firstDefaultsOf(random)
  if (world === 1) return first
  return {
    ...first,
    ...random.pick([{}, {}, { snapshot_include: ['s*'] }]),
    ...random.pick([{ primary_max_age_hours: 48 }, { primary_max_age_hours: 0 }, { primary_max_age_hours: undefined }]),
    ...random.pick([{}, {}, { max_recovery_point_hours: 24 }]),
    ...random.pick([{}, {}, { max_delay_hours: 168, warn_delay_hours: 24 }]),
  }
}

function firstDefaultsOf(random: Random): object {
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
