import type { Config } from '#config/effective.ts'
import type { DatasetStateRecord, RunRecord } from '#lib/db/types.ts'
import { adoptPrimary } from '#lib/replication/memory.ts'
import type { PlanInput } from '#lib/replication/plan/plan.ts'
import type { Comparison, Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { JudgeInput, Memory, Verdict } from '#lib/replication/types/verdict.ts'
import type { Guid } from '#lib/zfs/types.ts'
import { BesideBook } from './beside.ts'
import { TokenBook } from './details.ts'
import { EstimateBook } from './estimate.ts'
import { ForesightBook } from './foresee.ts'
import { InternalFaults } from './internal-faults.ts'
import { type DatasetIndex, indexOf, type Monitored, mappingKey, placeOf } from './monitored.ts'
import type { EngineDeps, HostReading } from './ports.ts'
import { LineBook, type Renamed, StateBook } from './remembered.ts'
import { RepairBook } from './repair-history.ts'
import { Bookings } from './room.ts'
import { UnrecordedEnds } from './run-record.ts'
import { SwapJournal } from './swap-journal.ts'
import { TreesHeld } from './tree.ts'
import type { HostState } from './types.ts'

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

const NONE: readonly Monitored[] = []

/** What scans, previews and repairs of one engine share. */
export class EngineContext {
  readonly deps: EngineDeps
  readonly states: StateBook
  readonly hosts = new HostBook()
  readonly tokens = new TokenBook()
  readonly beside = new BesideBook()
  readonly foresight = new ForesightBook()
  readonly swaps = new SwapJournal()
  readonly estimates = new EstimateBook()
  readonly bookings = new Bookings()
  readonly trees = new TreesHeld()
  readonly lines: LineBook
  readonly repairs: RepairBook
  readonly ends: UnrecordedEnds
  readonly faults: InternalFaults
  /** Repairs that have begun, by dataset: their record as it stands. */
  readonly repairing = new Map<string, () => RunRecord>()
  /** Datasets into which a stream of ours is going at this moment. */
  readonly receiving = new Set<string>()
  /** Datasets that short commands of ours are changing at this moment: what a scan sees of them is half of something. */
  readonly swapping = new Set<string>()
  /** Snapshots for which an anchor could not be made, by dataset: told once. */
  readonly notAnchored = new Map<string, Guid>()
  /** Holds on primaries that were looked at, by dataset: the guids and how many holds each has. */
  readonly held = new Map<string, string>()
  #known: DatasetIndex | null = null
  /** The configuration that the store's datasets are of; null before the first. */
  #inForce: Config | null = null
  #turn: Promise<unknown> = Promise.resolve()
  /** The newest look of each dataset, and its number. */
  readonly #looks = new Map<string, { readonly assessment: Assessment; readonly number: number }>()
  #lookNumber = 0

  constructor(deps: EngineDeps) {
    this.deps = deps
    this.states = new StateBook(deps.store)
    this.lines = new LineBook(deps.store)
    this.repairs = new RepairBook(deps.store)
    this.ends = new UnrecordedEnds(deps)
    this.faults = new InternalFaults(deps)
  }

  /**
   * What changes datasets, their ids or what is remembered of them takes turns, so that a configuration that changes during
   * a check finds everything saved under the ids of before, and the check goes on with the ids of after. Never within one
   * another.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => {})
    return mine
  }

  /** Makes the store's datasets those of the configuration as it is now, and follows with all that is remembered. */
  async takeConfig(): Promise<void> {
    await this.inTurn(async () => {
      const config = this.deps.config()
      await this.deps.store.syncConfig(config, this.deps.now())
      await this.lines.load()
      const renamed = await this.states.load(this.deps.now(), () => {
        this.#inForce = config
      })
      this.#follow(renamed)
    })
  }

  /** Ids have become others: the newest looks go with them. */
  #follow(renamed: Renamed): void {
    const moved = [...renamed].flatMap(([from, to]) => {
      const look = this.#looks.get(from)
      return look === undefined ? [] : [{ from, to, look }]
    })
    for (const { from } of moved) this.#looks.delete(from)
    for (const { to, look } of moved) {
      const dataset = this.dataset(to)
      if (dataset !== null) this.#looks.set(to, { ...look, assessment: { ...look.assessment, dataset } })
    }
    for (const ids of renamed) for (const id of ids) this.repairs.forget(id)
  }

  /** Made anew only when the config or the known children changed: it is asked for each dataset of each scan. */
  #index(): DatasetIndex {
    const config = this.inForce
    const { records } = this.states
    if (this.#known?.config !== config || this.#known.records !== records) {
      this.#known = indexOf(config, records)
    }
    return this.#known
  }

  datasets(): readonly Monitored[] {
    return this.#index().list
  }

  dataset(id: string): Monitored | null {
    return this.#index().byId.get(id) ?? null
  }

  /** Of a recursive mapping, those that are gone among them. */
  childrenOf(rootId: string): readonly Monitored[] {
    return this.#index().children.get(rootId) ?? NONE
  }

  /** Gives up the looks at datasets that are not wanted any more. */
  retain(isWanted: (id: string) => boolean): void {
    for (const id of this.#looks.keys()) if (!isWanted(id)) this.#looks.delete(id)
    for (const id of this.notAnchored.keys()) if (!isWanted(id)) this.notAnchored.delete(id)
    for (const id of this.held.keys()) if (!isWanted(id)) this.held.delete(id)
  }

  /** The dataset whose backup is this very one. */
  withBackup(host: string, dataset: string): Monitored | null {
    return this.#index().byBackup.get(placeOf({ host, dataset })) ?? null
  }

  /** The dataset of these two ends as it is by now, perhaps under another id; null: it is watched no longer. */
  current(dataset: Monitored): Monitored | null {
    const { byId, byMapping } = this.#index()
    const key = mappingKey(dataset.mapping)
    const same = byId.get(dataset.id)
    return same !== undefined && mappingKey(same.mapping) === key ? same : (byMapping.get(key) ?? null)
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
  async adoptPrimary({ dataset, inventory, comparison, input: { policy, now } }: Assessment): Promise<void> {
    await this.inTurn(async () => {
      const id = this.current(dataset)?.id ?? dataset.id
      const state = this.states.state(id)
      if (state === null) return
      this.states.set({ ...state, memory: adoptPrimary(state.memory, { inventory, comparison, policy, now }) })
      await this.states.save([id])
    })
  }

  /** The verdict of the newest look says something else by now. */
  amend(id: string, verdict: Verdict): void {
    const look = this.#looks.get(id)
    if (look !== undefined) this.#looks.set(id, { ...look, assessment: { ...look.assessment, verdict } })
  }

  /** The configuration that the store's datasets are of. */
  get inForce(): Config {
    return this.#inForce ?? this.deps.config()
  }

  /** The datasets as the store has them now. Only in turn. */
  async reloadRecords(): Promise<void> {
    const renamed = await this.states.reloadRecords()
    if (renamed.size > 0) await this.states.reloadControls(this.deps.now())
    this.#follow(renamed)
  }

  /** A listener that fails is no fault of what it listens to. */
  tell(say: () => void): void {
    try {
      say()
    } catch (error) {
      this.deps.log.error(`A listener of the engine failed: ${error instanceof Error ? error.stack : error}`)
    }
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

/** The state to keep after a verdict; `since` moves only when the status does. */
export function nextState(
  before: DatasetStateRecord | null,
  now: {
    readonly datasetId: string
    readonly verdict: Verdict
    readonly memory: Memory
    readonly runId: number | null
    readonly at: number
  },
): DatasetStateRecord {
  const same = before?.verdict?.health === now.verdict.health && before.verdict.reason.code === now.verdict.reason.code
  return {
    datasetId: now.datasetId,
    verdict: now.verdict,
    memory: now.memory,
    since: same ? before.since : now.at,
    planHash: before?.planHash ?? null,
    lastRunId: now.runId ?? before?.lastRunId ?? null,
    updatedAt: now.at,
  }
}

/** Remembers what each host answered last. Kept in memory: a new process has not looked yet, and says so. */
class HostBook {
  readonly #states = new Map<string, HostState>()

  get(id: string): HostState {
    return this.#states.get(id) ?? unseen(id)
  }

  /** @returns the new state and whether anything but the times changed. */
  record(reading: HostReading, now: number): { readonly state: HostState; readonly changed: boolean } {
    const before = this.get(reading.host)
    const state: HostState = reading.reached
      ? {
          id: reading.host,
          reachable: true,
          latencyMs: reading.latencyMs,
          checkedAt: now,
          seenAt: now,
          skewSeconds: reading.skewSeconds,
          fault: null,
          pools: reading.pools === null ? before.pools : [...reading.pools.values()],
        }
      : { ...before, reachable: false, latencyMs: reading.latencyMs, checkedAt: now, fault: reading.fault }
    this.#states.set(reading.host, state)
    return { state, changed: shown(before) !== shown(state) }
  }
}

function unseen(id: string): HostState {
  return {
    id,
    reachable: null,
    latencyMs: null,
    checkedAt: null,
    seenAt: null,
    skewSeconds: null,
    fault: null,
    pools: [],
  }
}

function shown(state: HostState): string {
  return JSON.stringify([state.reachable, state.fault?.kind, state.pools.map((pool) => [pool.name, pool.health])])
}
