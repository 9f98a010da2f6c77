/**
 * An independent judge, written from SPECIFICATION.md 7.2 and 7.3 and from the rule of *rhythm* and *delay* in PRODUCT.md,
 * with a memory of its own and none of the product's code: tests/oracle/oracle.test.ts asserts that.
 *
 * It sees the SANs as they truly are, but what it remembers of them is only what a check could have seen. Wherever
 * the text leaves a choice, or only the witness can know, it takes the less worried value; so the product may be more
 * worried than the oracle, never less.
 */
import { History } from './history.ts'
import { medianOfNewest, Rhythm, type Rule, ruleOf } from './rule.ts'
import {
  type Check,
  type DatasetSeen,
  find,
  type Health,
  hostSeconds,
  isThere,
  type MappingSeen,
  poolOf,
  type SanSeen,
  type Shown,
  type SnapshotSeen,
} from './sight.ts'

export const RANK: Readonly<Record<Health, number>> = { HEALTHY: 0, WARNING: 1, UNKNOWN: 2, BROKEN: 3 }
/** Seconds in which clocks that are read one after the other, in whole seconds and during a session, may differ. */
const BLINK = 4
/** Set-asides and clones of the product are no children, by the names that PRODUCT.md gives them. */
const OWN_NAME = /\.zw-(aside|next|incoming)-\d{8}t\d{6}z/i

/** What is demanded of one dataset, and by which sentence. */
export interface Demand {
  readonly health: Health
  readonly because: string
}

/** A moment by each clock that could tell it; an age is the least that they say. */
interface Moment {
  readonly txg: number
  readonly guid: string
  /** Epoch seconds by the SAN's clock as it was then. */
  readonly stamp: number
  /** Seconds of time as it truly passed. */
  readonly truly: number
  /** When a check first saw it missing. */
  readonly seen: { readonly witness: number; readonly truly: number }
}

/** What the oracle knows of one mapping. */
interface Memory {
  primaryGuid: string | null
  filter: string
  /** createtxg of the newest common one, by the latest state. Null: there is none. */
  common: number | null
  /** Eligibility of the first one that follows it; null until a check has seen one. */
  missingSince: Moment | null
  /** True time of the last check that saw something missing. */
  lastMissing: number | null
  /** The newest common one has not moved since a memory began: what followed it may have gone unseen. */
  began: boolean
  rhythm: Rhythm
  readonly history: History
  /** Of a child: true time at which it was first there. */
  readonly bornTruly: number
}

export class Oracle {
  #mappings: readonly MappingSeen[] = []
  readonly #memories = new Map<string, Memory>()
  /** guid of a snapshot → true time at which it was taken. */
  readonly #taken = new Map<string, number>()
  /** The witness's clock less time as it truly passed, in seconds. */
  #off = 0

  configure(mappings: readonly MappingSeen[]): void {
    this.#mappings = mappings
  }

  /** The witness's clock was set; `slept`: it and all others went on while nothing ran, so the time did pass. */
  clockMoved(seconds: number, slept: boolean): void {
    if (!slept || seconds < 0) this.#off += seconds
  }

  /** A person says that this primary is the one to follow as it is. */
  adopted(dataset: string): void {
    for (const [key, { history }] of this.#memories) if (key.startsWith(`${dataset} `)) history.forget()
  }

  databaseLost(): void {
    this.#memories.clear()
  }

  /** After everything that happens anywhere: the true history goes on, whether a check sees it or not. */
  observe(sans: ReadonlyMap<string, SanSeen>, witnessMs: number): void {
    const truly = this.#truly(witnessMs)
    for (const { skewSeconds, pools } of sans.values())
      for (const { datasets } of pools)
        for (const { snapshots } of datasets)
          for (const { guid, time } of snapshots)
            if (!this.#taken.has(guid)) this.#taken.set(guid, Math.min(truly, time - skewSeconds - this.#off))
    for (const { mapping, rule, child } of this.#expected(sans)) {
      const memory = this.#memory(mapping, rule, truly, child)
      const primary = find(sans, mapping.primary)
      const backup = find(sans, mapping.backup)
      if (primary !== null) memory.history.observe(primary)
      if (primary === null || backup === null) continue
      if (memory.primaryGuid !== null && memory.primaryGuid !== primary.guid) {
        this.#forget(memory, rule)
        memory.common = null
      }
      memory.primaryGuid = primary.guid
      const base = newestCommon(primary, backup)
      if (base === null) {
        // One that comes after none has advanced: the text does not say, and it is less worried.
        if (memory.common !== null) this.#advance(memory, null)
        continue
      }
      // An advance that no check has seen: what followed is not known either.
      if (memory.common !== null && base.txg > memory.common) this.#advance(memory, base.txg)
      memory.common = base.txg
    }
  }

  /**
   * The witness has looked at these, outside a check of everything or in one that something stood in the way of. So the
   * rhythm that it remembers may be a longer one; what else it saw is not known.
   */
  looked(
    sans: ReadonlyMap<string, SanSeen>,
    witnessMs: number,
    seen: readonly Pick<MappingSeen, 'primary' | 'backup'>[],
  ) {
    const names = new Set(seen.map(nameOf))
    for (const { mapping, rule, child } of this.#expected(sans)) {
      const primary = find(sans, mapping.primary)
      if (primary === null || !names.has(nameOf(mapping))) continue
      const memory = this.#memory(mapping, rule, this.#truly(witnessMs), child)
      memory.rhythm.see(wantedOf(primary, rule), hostSeconds(sans, mapping.primary.host, witnessMs))
      memory.history.see(primary, witnessMs)
    }
  }

  /** What the product shows after a check, against what it must. Nothing: it is as worried as it has to be. */
  judge(
    sans: ReadonlyMap<string, SanSeen>,
    witnessMs: number,
    shown: readonly Shown[],
    check: Check,
    count: (what: string) => void = () => {},
  ): string[] {
    this.observe(sans, witnessMs)
    // A check that was stopped changes no verdict, so there is none of it to judge.
    if (!check.succeeded && !check.clear) return []
    const found: string[] = []
    if (!check.succeeded) found.push('oracle: nothing stood in the way of a check, and it failed')
    for (const { mapping, rule, child, mayBeLeftOut } of this.#expected(sans)) {
      const name = nameOf(mapping)
      const view = shown.find(
        (each) => place(each.primary) === place(mapping.primary) && place(each.backup) === place(mapping.backup),
      )
      if (check.clear) this.#remember(sans, mapping, rule, check, child)
      const demand = this.#demand(sans, mapping, rule, check.began, child)
      if (view === undefined) {
        // Children of a pool that is away cannot be listed.
        if (check.clear && !mayBeLeftOut && isThere(sans, mapping)) found.push(`oracle: ${name} is not shown at all`)
        continue
      }
      if (view.health === 'UNKNOWN') {
        count(check.clear ? 'UNKNOWN without a cause' : 'UNKNOWN, the look was taken away')
        if (check.clear && isThere(sans, mapping))
          found.push(`oracle: ${name} is UNKNOWN (${view.codes.join(' ')}), and nothing took the look away`)
        continue
      }
      count(RANK[view.health] > RANK[demand.health] ? 'more worried than the oracle' : `as worried: ${demand.health}`)
      if (RANK[view.health] < RANK[demand.health])
        found.push(
          `oracle: ${name} is shown ${view.health} (${view.codes.join(' ')}) and is ${demand.health}: ${demand.because}`,
        )
    }
    return found
  }

  /** What the rule demands of one mapping now, for tests. */
  demandOf(sans: ReadonlyMap<string, SanSeen>, witnessMs: number, dataset: string): Demand | null {
    const found = this.#expected(sans).find(({ mapping }) => mapping.primary.dataset === dataset)
    return found === undefined ? null : this.#demand(sans, found.mapping, found.rule, witnessMs, found.child)
  }

  /** Everything that has to be watched: mappings, and every child of a recursive one that is on the primary. */
  #expected(sans: ReadonlyMap<string, SanSeen>) {
    return this.#mappings.flatMap((mapping) => {
      const rule = ruleOf(mapping.settings)
      const own = { mapping, rule, child: false, mayBeLeftOut: false }
      if (!rule.recursive) return [own]
      const { host, dataset } = mapping.primary
      const pool = poolOf(sans, mapping.primary)
      const below = pool?.imported === true ? pool.datasets.filter(({ name }) => name.startsWith(`${dataset}/`)) : []
      const others = this.#mappings.filter((each) => each !== mapping && each.primary.host === host)
      const children = below
        .filter(({ name }) => !OWN_NAME.test(name) && !others.some((each) => each.primary.dataset === name))
        .map(({ name }) => ({
          mapping: {
            ...mapping,
            primary: { host, dataset: name },
            backup: { ...mapping.backup, dataset: `${mapping.backup.dataset}${name.slice(dataset.length)}` },
          },
          rule,
          child: true,
          // The text says that such a child is left out, not whether what is below it is: both are taken.
          mayBeLeftOut: others.some((each) => name.startsWith(`${each.primary.dataset}/`)),
        }))
      return [own, ...children]
    })
  }

  #truly(witnessMs: number): number {
    return witnessMs / 1000 - this.#off
  }

  #memory(mapping: MappingSeen, rule: Rule, truly: number, child: boolean): Memory {
    const key = `${place(mapping.primary)} ${place(mapping.backup)}`
    const known = this.#memories.get(key)
    if (known !== undefined) {
      // Another filter, another first one: the text does not say what becomes of the moment.
      if (known.filter !== rule.filter) this.#forget(known, rule)
      return known
    }
    const memory: Memory = {
      primaryGuid: null,
      filter: rule.filter,
      common: null,
      missingSince: null,
      lastMissing: null,
      began: true,
      rhythm: new Rhythm(),
      history: new History(),
      bornTruly: child ? truly : Number.NEGATIVE_INFINITY,
    }
    this.#memories.set(key, memory)
    return memory
  }

  #advance(memory: Memory, common: number | null): void {
    memory.common = common
    memory.missingSince = null
    memory.lastMissing = null
    memory.began = false
  }

  #forget(memory: Memory, rule: Rule): void {
    memory.filter = rule.filter
    memory.missingSince = null
    memory.lastMissing = null
    // Whether a new filter is a lost memory is open too.
    memory.began = false
    memory.rhythm = new Rhythm()
  }

  /** What a check that saw both sides will remember of them. */
  #remember(
    sans: ReadonlyMap<string, SanSeen>,
    mapping: MappingSeen,
    rule: Rule,
    { began }: Check,
    child: boolean,
  ): void {
    const truly = this.#truly(began)
    const memory = this.#memory(mapping, rule, truly, child)
    const primary = find(sans, mapping.primary)
    const backup = find(sans, mapping.backup)
    if (primary === null) return
    const wanted = wantedOf(primary, rule)
    memory.rhythm.see(wanted, hostSeconds(sans, mapping.primary.host, began))
    memory.history.see(primary, began)
    const base = backup === null ? null : newestCommon(primary, backup)
    if (base === null) return
    const old = memory.missingSince
    const renamed = primary.snapshots.find(({ guid }) => guid === old?.guid)
    // What it waits for has a name now that is not wanted: the text does not say what becomes of the moment.
    if (renamed !== undefined && !rule.wants(renamed.name)) memory.missingSince = null
    const [first] = this.#missing(sans, mapping, rule, base.txg, began)
    if (first === undefined) {
      const since = memory.lastMissing
      if (since === null || truly - since >= memory.rhythm.shortest) memory.missingSince = null
      return
    }
    memory.lastMissing = truly
    if (memory.missingSince === null || first.txg < memory.missingSince.txg)
      memory.missingSince = {
        txg: first.txg,
        guid: first.guid,
        stamp: first.time,
        truly: this.#taken.get(first.guid) ?? truly,
        seen: { witness: began / 1000, truly },
      }
  }

  /** Eligible snapshots after the newest common one, oldest first. */
  #missing(
    sans: ReadonlyMap<string, SanSeen>,
    { primary }: MappingSeen,
    rule: Rule,
    after: number,
    began: number,
  ): readonly SnapshotSeen[] {
    const now = hostSeconds(sans, primary.host, began)
    const truly = this.#truly(began)
    const age = (each: SnapshotSeen) => Math.min(now - each.time, truly - (this.#taken.get(each.guid) ?? truly))
    return inOrder(find(sans, primary)?.snapshots ?? []).filter(
      (each) => each.txg > after && rule.wants(each.name) && (rule.minAge === 0 || age(each) >= rule.minAge),
    )
  }

  #demand(sans: ReadonlyMap<string, SanSeen>, mapping: MappingSeen, rule: Rule, began: number, child: boolean): Demand {
    const fine: Demand = { health: 'HEALTHY', because: 'nothing is wrong' }
    const truly = this.#truly(began)
    const memory = this.#memory(mapping, rule, truly, child)
    const now = hostSeconds(sans, mapping.primary.host, began)
    // A pool that is away hides what the rule asks for; that it is away is not its matter.
    if (!isThere(sans, mapping)) return fine
    const primary = find(sans, mapping.primary)
    const backup = find(sans, mapping.backup)
    // The only choice in it: a new child has time until its maximum, by whatever clock says that later.
    const grace = child && (truly - memory.bornTruly <= rule.max || now - (primary?.time ?? now) <= rule.max)
    const broken = (because: string): Demand => (grace ? fine : { health: 'BROKEN', because })
    if (primary === null) return broken('the primary has no such dataset, so no common snapshot')
    if (rule.recursive && memory.common === null && isContainer(sans, mapping)) return fine
    if (backup === null) return broken('the backup has no such dataset, so no common snapshot')
    const base = newestCommon(primary, backup)
    if (base === null) return broken('7.3: no common snapshot')

    const baseAge = Math.min(now - base.time, truly - (this.#taken.get(base.guid) ?? truly))
    const worst = [fine]
    if (memory.history.isLost) worst.push({ health: 'BROKEN', because: 'all that the primary had went at once' })
    if (this.#missing(sans, mapping, rule, base.txg, began).length > 0) {
      const delay = Math.max(
        this.#since(memory.missingSince, rule, now, began),
        // A memory that has begun since: what followed the base may be gone.
        memory.began ? baseAge - memory.rhythm.longest - rule.minAge : 0,
      )
      if (delay > rule.max + BLINK) worst.push({ health: 'BROKEN', because: `delay ${inHours(delay)}` })
      else if (delay > rule.warn + BLINK) worst.push({ health: 'WARNING', because: `delay ${inHours(delay)}` })
    }
    worst.push(this.#stale(memory, rule, primary, now, truly))
    if (rule.maxRecoveryPoint !== null && baseAge > rule.maxRecoveryPoint + BLINK)
      worst.push({ health: 'WARNING', because: `recovery point ${inHours(baseAge)}` })
    return worst.reduce((worse, each) => (RANK[each.health] > RANK[worse.health] ? each : worse))
  }

  /** Seconds of delay since the remembered moment: the least that the SAN's clock and true time say, unless a check saw more. */
  #since(moment: Moment | null, rule: Rule, now: number, began: number): number {
    if (moment === null) return 0
    const truly = this.#truly(began)
    const byCreation = Math.min(now - moment.stamp, truly - moment.truly) - rule.minAge
    const bySight = Math.min(began / 1000 - moment.seen.witness, truly - moment.seen.truly)
    return Math.max(0, byCreation, bySight)
  }

  /** Nothing new to replicate: judged by the newest snapshot that is wanted, of any age. */
  #stale(memory: Memory, rule: Rule, primary: DatasetSeen, now: number, truly: number): Demand {
    const fine: Demand = { health: 'HEALTHY', because: '' }
    const wanted = wantedOf(primary, rule)
    const newest = wanted.at(-1)
    if (newest === undefined || rule.primaryMaxAge === 0) return fine
    // Of fewer than two there is no distance: the text does not say whether the rhythm stands for it.
    const lately = medianOfNewest(wanted) ?? memory.rhythm.longest
    const usual = Math.max(lately, memory.rhythm.largestMedian)
    const limit = rule.primaryMaxAge ?? Math.max(3 * usual, rule.max)
    // The youngest by any clock, whatever the order: clocks may have been set in between.
    const age = Math.min(
      ...wanted.map((each) => Math.min(now - each.time, truly - (this.#taken.get(each.guid) ?? truly))),
    )
    const because = `the newest wanted snapshot is ${inHours(age)} old, the limit is ${inHours(limit)}`
    if (age > 3 * limit + BLINK) return { health: 'BROKEN', because }
    return age > limit + BLINK ? { health: 'WARNING', because } : fine
  }
}

const inHours = (seconds: number): string => `${(seconds / 3600).toFixed(1)} h`
const place = ({ host, dataset }: { host: string; dataset: string }): string => `${host}:${dataset}`
const nameOf = ({ primary, backup }: Pick<MappingSeen, 'primary' | 'backup'>) => `${place(primary)} → ${place(backup)}`
const wantedOf = ({ snapshots }: DatasetSeen, rule: Rule) => inOrder(snapshots).filter(({ name }) => rule.wants(name))
const inOrder = (snapshots: readonly SnapshotSeen[]) => snapshots.toSorted((a, b) => a.txg - b.txg)

/** PRODUCT.md: a container without snapshots of its own is a note. How much it may hold is not said: less worried. */
function isContainer(sans: ReadonlyMap<string, SanSeen>, { primary, backup }: MappingSeen): boolean {
  const below = poolOf(sans, primary)?.datasets.filter(
    ({ name }) => name.startsWith(`${primary.dataset}/`) && !OWN_NAME.test(name),
  )
  const own = [find(sans, primary), find(sans, backup)].flatMap((each) => each?.snapshots ?? [])
  return (below?.length ?? 0) > 0 && own.length === 0 && find(sans, primary)?.bookmarks.length === 0
}

/** 7.2, with guids for names, as PRODUCT.md has it: the newest one that both sides hold; of the primary a bookmark counts. */
function newestCommon(primary: DatasetSeen, backup: DatasetSeen) {
  const held = new Set(backup.snapshots.map(({ guid }) => guid))
  const common = [...primary.snapshots, ...primary.bookmarks].filter(({ guid }) => held.has(guid))
  return common.toSorted((a, b) => a.txg - b.txg).at(-1) ?? null
}
