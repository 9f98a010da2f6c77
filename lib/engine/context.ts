import type { Config } from '#config/effective.ts'
import type { DatasetRecord, RunRecord } from '#lib/db/types.ts'
import { adoptPrimary } from '#lib/replication/memory.ts'
import type { PlanInput } from '#lib/replication/plan.ts'
import type { Comparison, Inventory, JudgeInput, Memory, Plan, Verdict } from '#lib/replication/types.ts'
import type { Guid } from '#lib/zfs/types.ts'
import { BesideBook } from './beside.ts'
import { Bookings } from './booking.ts'
import type { EngineDeps } from './deps.ts'
import { TokenBook } from './enrich.ts'
import { EstimateBook } from './estimate.ts'
import { HostBook } from './host-book.ts'
import { type Monitored, monitored } from './monitored.ts'
import { nextState } from './record.ts'
import { RepairBook } from './repair-book.ts'
import { RunEnds } from './run-ends.ts'
import { StateBook } from './state-book.ts'
import { SwapJournal } from './swap-journal.ts'

/** One dataset looked at, judged and planned for, at one moment. */
export interface Assessment {
  readonly dataset: Monitored
  readonly inventory: Inventory
  readonly comparison: Comparison | null
  readonly input: JudgeInput
  readonly verdict: Verdict
  readonly memory: Memory
  readonly plan: Plan
  /** What the plan was made from: whether it may start by itself is asked anew while time goes on. */
  readonly planInput: PlanInput
  /** Was asked how much the plan would send? A size that is missing was then refused, not left out. */
  readonly estimated: boolean
}

interface Index {
  readonly config: Config
  readonly records: readonly DatasetRecord[]
  readonly list: readonly Monitored[]
  readonly byId: ReadonlyMap<string, Monitored>
  /** By `host:dataset` of the backup. */
  readonly byBackup: ReadonlyMap<string, Monitored>
  /** `host:dataset` of every primary. */
  readonly primaries: ReadonlySet<string>
}

/** What scans, previews and repairs of one engine share. */
export class EngineContext {
  readonly deps: EngineDeps
  readonly states: StateBook
  readonly hosts = new HostBook()
  readonly tokens = new TokenBook()
  readonly beside = new BesideBook()
  readonly swaps = new SwapJournal()
  readonly estimates = new EstimateBook()
  readonly bookings = new Bookings()
  readonly repairs: RepairBook
  readonly ends: RunEnds
  /** Repairs that have begun, by dataset: their record as it stands. */
  readonly repairing = new Map<string, () => RunRecord>()
  /** Datasets into which a stream of ours is going at this moment. */
  readonly receiving = new Set<string>()
  /** Datasets that short commands of ours are changing at this moment: what a scan sees of them is half of something. */
  readonly swapping = new Set<string>()
  /** Snapshots for which an anchor could not be made, by dataset: told once. */
  readonly notAnchored = new Map<string, Guid>()
  #known: Index | null = null
  /** The newest look of each dataset, and its number. */
  readonly #looks = new Map<string, { readonly assessment: Assessment; readonly number: number }>()
  #lookNumber = 0

  constructor(deps: EngineDeps) {
    this.deps = deps
    this.states = new StateBook(deps.store)
    this.repairs = new RepairBook(deps.store)
    this.ends = new RunEnds(deps)
  }

  /** Made anew only when the config or the known children changed: it is asked for each dataset of each scan. */
  #index(): Index {
    const config = this.deps.config()
    const { records } = this.states
    if (this.#known?.config !== config || this.#known.records !== records) {
      const list = monitored(config, records)
      this.#known = {
        config,
        records,
        list,
        byId: new Map(list.map((dataset) => [dataset.id, dataset])),
        byBackup: new Map(list.map((dataset) => [placeOf(dataset.mapping.backup), dataset])),
        primaries: new Set(list.map(({ mapping }) => placeOf(mapping.primary))),
      }
    }
    return this.#known
  }

  datasets(): readonly Monitored[] {
    return this.#index().list
  }

  dataset(id: string): Monitored | null {
    return this.#index().byId.get(id) ?? null
  }

  /** The dataset whose backup is this very one. */
  withBackup(host: string, dataset: string): Monitored | null {
    return this.#index().byBackup.get(placeOf({ host, dataset })) ?? null
  }

  newest(id: string): Assessment | null {
    return this.#looks.get(id)?.assessment ?? null
  }

  /**
   * The number of a look that begins now. Looks are ordered by it: a clock may be set back, and one that began earlier and
   * waited long for one of its hosts brings old news of the other.
   */
  nextLook(): number {
    this.#lookNumber++
    return this.#lookNumber
  }

  /** Takes an assessment over unless a newer look is known. @returns whether it was taken. */
  keep(assessment: Assessment, look: { readonly number: number; readonly runId: number | null }): boolean {
    const { dataset, verdict, memory } = assessment
    const { number, runId } = look
    const newest = this.#looks.get(dataset.id)
    if (newest !== undefined && newest.number > number) return false
    this.#looks.set(dataset.id, { assessment, number })
    this.states.set(
      nextState(this.states.state(dataset.id), { datasetId: dataset.id, verdict, memory, runId, at: this.deps.now() }),
    )
    return true
  }

  /** Ends PRIMARY_REPLACED and PRIMARY_REWOUND: a person decided that this primary is right. */
  async adoptPrimary({ dataset, inventory }: Assessment): Promise<void> {
    const state = this.states.state(dataset.id)
    if (state === null) return
    this.states.set({ ...state, memory: adoptPrimary(state.memory, inventory) })
    await this.states.save([dataset.id])
  }

  /** Remembers that streams of this dataset need `-L`. @returns whether that is new. */
  async learnLargeBlocks({ id }: Monitored): Promise<boolean> {
    const state = this.states.state(id)
    if (state === null || state.memory.largeBlocks === true) return false
    this.states.set({ ...state, memory: { ...state.memory, largeBlocks: true } })
    await this.states.save([id])
    return true
  }

  /**
   * A dataset is its guid: a mapping seen for the first time takes over what is known of that guid under an earlier
   * name, so that a rename in the config or on the SAN keeps its history and its lineage.
   */
  async noteGuids(seen: readonly { readonly dataset: Monitored; readonly inventory: Inventory }[]): Promise<void> {
    const unnamed = new Set(this.states.records.filter(({ primaryGuid }) => primaryGuid === null).map(({ id }) => id))
    const found = seen.filter(
      ({ dataset, inventory }) => unnamed.has(dataset.id) && inventory.primary.state === 'present',
    )
    for (const { dataset, inventory } of found) {
      if (inventory.primary.state !== 'present') continue
      await this.deps.store.setPrimaryGuid(dataset.id, inventory.primary.facts.guid)
      await this.states.takeOver(dataset.id)
      this.repairs.forget(dataset.id)
    }
    if (found.length > 0) await this.states.reloadRecords()
  }

  /** What stands below recursive mappings now; children that are gone are retired, never deleted. */
  async noteChildren(children: ReadonlyMap<string, readonly Monitored[]>): Promise<void> {
    if (children.size === 0) return
    for (const [rootId, found] of children) {
      await this.deps.store.syncChildren(
        rootId,
        found.map((child) => recordOf(child)),
        this.deps.now(),
      )
    }
    await this.states.reloadRecords()
  }

  /** Is this dataset, on this host, the primary of any mapping? */
  isPrimary(host: string, dataset: string): boolean {
    return this.#index().primaries.has(placeOf({ host, dataset }))
  }

  /** No host at all answered lately. One alarm of the witness, not one for each dataset. */
  isIsolated(): boolean {
    const hosts = [...this.deps.config().hosts.values()]
    return hosts.length > 1 && hosts.every(({ id }) => this.hosts.get(id).reachable === false)
  }
}

function placeOf({ host, dataset }: { readonly host: string; readonly dataset: string }): string {
  return `${host}:${dataset}`
}

function recordOf(child: Monitored): Omit<DatasetRecord, 'retiredAt' | 'parentId'> {
  const { mapping } = child
  return {
    id: child.id,
    pair: child.config.pair,
    primaryHost: mapping.primary.host,
    primaryDataset: mapping.primary.dataset,
    backupHost: mapping.backup.host,
    backupDataset: mapping.backup.dataset,
    primaryGuid: null,
  }
}
