import type { Config } from '#config/effective.ts'
import type { DatasetStateRecord, LagPoint } from '#lib/db/types.ts'
import type { PlanInput } from '#lib/replication/plan/draft.ts'
import type { Comparison, Inventory, LookFault } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { JudgeInput, Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { type InternalFaults, withInternal } from './internal-faults.ts'
import { type DatasetIndex, indexOf, type Monitored, mappingKey, placeOf } from './monitored.ts'
import type { EngineDeps, HostReading } from './ports.ts'
import { isOfTheStore, LineBook, type Renamed, StateBook } from './remembered.ts'
import { RepairBook } from './repair-history.ts'
import type { HostState } from './types.ts'

/** One dataset read, judged and planned for, at one moment. */
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

type KnowledgeDeps = Pick<EngineDeps, 'store' | 'config' | 'now' | 'emit'>

const NONE: readonly Monitored[] = []

/**
 * What was seen: which datasets there are, the newest assessment of each, what is remembered of it, its last repairs, how it
 * was sent, and what each host answered last. Whatever is to outlive the process is written through to the store.
 */
export class Knowledge {
  readonly states: StateBook
  readonly lines: LineBook
  readonly repairs: RepairBook
  readonly hosts = new HostBook()
  readonly #deps: KnowledgeDeps
  readonly #faults: InternalFaults
  #known: DatasetIndex | null = null
  /** The configuration that the store's datasets are of; null before the first. */
  #inForce: Config | null = null
  #turn: Promise<unknown> = Promise.resolve()
  readonly #newest = new Map<string, { readonly assessment: Assessment; readonly number: number }>()
  #number = 0

  constructor(deps: KnowledgeDeps, faults: InternalFaults) {
    this.#deps = deps
    this.#faults = faults
    this.states = new StateBook(deps.store)
    this.lines = new LineBook(deps.store)
    this.repairs = new RepairBook(deps.store)
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
      const config = this.#deps.config()
      await this.#deps.store.syncConfig(config, this.#deps.now())
      await this.lines.load()
      const renamed = await this.states.load(this.#deps.now(), () => {
        this.#inForce = config
      })
      this.#follow(renamed)
    })
  }

  /** The configuration that the store's datasets are of. */
  get inForce(): Config {
    return this.#inForce ?? this.#deps.config()
  }

  /** The datasets as the store has them now. Only in turn. */
  async reloadRecords(): Promise<void> {
    const renamed = await this.states.reloadRecords()
    if (renamed.size > 0) await this.states.reloadControls(this.#deps.now())
    this.#follow(renamed)
  }

  /** Ids have become others: the newest assessments go with them. */
  #follow(renamed: Renamed): void {
    const moved = [...renamed].flatMap(([from, to]) => {
      const newest = this.#newest.get(from)
      return newest === undefined ? [] : [{ from, to, newest }]
    })
    for (const { from } of moved) this.#newest.delete(from)
    for (const { to, newest } of moved) {
      const dataset = this.dataset(to)
      if (dataset !== null) this.#newest.set(to, { ...newest, assessment: { ...newest.assessment, dataset } })
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

  /** The dataset whose backup is this very one. */
  withBackup(host: string, dataset: string): Monitored | null {
    return this.#index().byBackup.get(placeOf({ host, dataset })) ?? null
  }

  /** Is this dataset, on this host, the primary of any mapping? */
  isPrimary(host: string, dataset: string): boolean {
    return this.#index().primaries.has(placeOf({ host, dataset }))
  }

  /** The dataset of these two ends as it is by now, perhaps under another id; null: it is monitored no longer. */
  current(dataset: Monitored): Monitored | null {
    const { byId, byMapping } = this.#index()
    const key = mappingKey(dataset.mapping)
    const same = byId.get(dataset.id)
    return same !== undefined && mappingKey(same.mapping) === key ? same : (byMapping.get(key) ?? null)
  }

  isMonitored(id: string): boolean {
    return this.dataset(id)?.retired === false
  }

  /** Gives up what is held of datasets that are gone, or monitored no longer: as many as a SAN has ever had. Only in turn. */
  forgetGone(repairing: ReadonlySet<string>): void {
    for (const id of this.#newest.keys()) if (!this.isMonitored(id)) this.#newest.delete(id)
    this.repairs.retain((id) => this.isMonitored(id) || repairing.has(id))
    this.states.forgetGone()
  }

  newest(id: string): Assessment | null {
    return this.#newest.get(id)?.assessment ?? null
  }

  memoryOf(id: string): Memory | null {
    return this.states.state(id)?.memory ?? null
  }

  /** No host at all answered lately. One alarm of the witness, not one for each dataset. */
  isIsolated(): boolean {
    const hosts = [...this.#deps.config().hosts.values()]
    return hosts.length > 1 && hosts.every(({ id }) => this.hosts.get(id).reachable === false)
  }

  /**
   * The number of an assessment that begins now. They are ordered by it: a clock may be set back, and one that began earlier
   * and waited long for one of its hosts brings old news of the other.
   */
  nextNumber(): number {
    this.#number++
    return this.#number
  }

  /** Takes an assessment over unless a newer one is known; `save` makes it last. @returns whether it was taken. */
  keep(assessment: Assessment, by: { readonly number: number; readonly runId: number | null }): boolean {
    const { dataset, verdict, memory } = assessment
    const { number, runId } = by
    const newest = this.#newest.get(dataset.id)
    if (newest !== undefined && newest.number > number) return false
    this.#newest.set(dataset.id, { assessment, number })
    this.states.set(
      nextState(this.states.state(dataset.id), { datasetId: dataset.id, verdict, memory, runId, at: this.#deps.now() }),
    )
    return true
  }

  /**
   * Saves what was set, and reports it. What the store does not take of one dataset is said on that dataset. Only in turn.
   * @throws what the store says where it takes nothing at all
   */
  async save(ids: readonly string[]): Promise<void> {
    for (const { id, error } of await this.states.save(ids)) this.#notKept(id, 'Saving its state', error)
    for (const id of ids) this.report(id)
  }

  report(id: string): void {
    const state = this.states.state(id)
    if (state !== null) this.#deps.emit.dataset(state)
  }

  /** Points of the delay's history. Only in turn. */
  async addLag(points: readonly (LagPoint & { readonly datasetId: string })[]): Promise<void> {
    const { store } = this.#deps
    try {
      await store.addLag(points)
    } catch (error) {
      if (isOfTheStore(error)) throw error
      for (const point of points) {
        await store
          .addLag([point])
          .catch((own: unknown) => this.#notKept(point.datasetId, 'Adding to the history of its delay', own))
      }
    }
  }

  /** In memory at least: what the store refuses once it will hardly take now. */
  #notKept(id: string, doing: string, error: unknown): void {
    const dataset = this.dataset(id)
    const state = this.states.state(id)
    if (dataset === null || state?.verdict == null) return
    const { mapping } = dataset
    const fault = this.#faults.of({ datasetId: id, host: mapping.primary.host }, doing, error)
    this.states.set({ ...state, verdict: withInternal(state.verdict, mapping, this.#timezone, fault) })
  }

  /** Something of the witness failed after the verdict: the verdict says so, and what is remembered stays. */
  async addFault({ dataset }: Assessment, fault: LookFault): Promise<void> {
    await this.inTurn(async () => {
      const id = this.current(dataset)?.id
      const state = id === undefined ? null : this.states.state(id)
      if (id === undefined || state?.verdict == null) return
      const verdict = withInternal(state.verdict, dataset.mapping, this.#timezone, fault)
      const newest = this.#newest.get(id)
      if (newest !== undefined) this.#newest.set(id, { ...newest, assessment: { ...newest.assessment, verdict } })
      const { memory, lastRunId: runId } = state
      this.states.set(nextState(state, { datasetId: id, verdict, memory, runId, at: this.#deps.now() }))
      await this.save([id])
    })
  }

  /** Changes what is remembered of a dataset. `lesson`: null where there is nothing new in it. @returns whether there was. */
  async learn(dataset: Monitored, lesson: (memory: Memory) => Memory | null): Promise<boolean> {
    return this.inTurn(async () => {
      const id = this.current(dataset)?.id ?? dataset.id
      const state = this.states.state(id)
      const memory = state === null ? null : lesson(state.memory)
      if (state === null || memory === null) return false
      this.states.set({ ...state, memory })
      await this.states.save([id])
      return true
    })
  }

  get #timezone(): string {
    return this.#deps.config().scheduler.timezone
  }
}

/** The state to keep after a verdict; `since` moves only when the status does. */
function nextState(
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

/** What each host answered last. Kept in memory: a new process has not asked yet, and says so. */
class HostBook {
  readonly #states = new Map<string, HostState>()

  get(id: string): HostState {
    return this.#states.get(id) ?? notAsked(id)
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

function notAsked(id: string): HostState {
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
