import type {
  ControlRecord,
  DatasetRecord,
  DatasetStateRecord,
  LineRecord,
  MaintenanceRecord,
  Store,
} from '#lib/db/types.ts'
import type { Inventory, Mapping } from '#lib/replication/types/inventory.ts'
import type { LineMemory } from '#lib/replication/types/verdict.ts'
import { type Monitored, recordKey } from './monitored.ts'
import { type Silence, silenceOf } from './silence.ts'

/** Ids that have become others, old → new. */
export type Renamed = ReadonlyMap<string, string>

/** A state that the store did not take. */
interface NotSaved {
  readonly id: string
  readonly error: unknown
}

/**
 * The states of all datasets as this process knows them, written through to the store. Judging reads and writes here
 * without an await in between, so two scans that overlap can not lose each other's memory.
 */
export class StateBook {
  readonly #store: Store
  #states = new Map<string, DatasetStateRecord>()
  #records: readonly DatasetRecord[] = []
  #controls: readonly ControlRecord[] = []
  #maintenances: readonly MaintenanceRecord[] = []
  /** Set here and not in the store yet. */
  readonly #unsaved = new Set<string>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Everything from the store, but for what it has not been given yet. `together`: changes at the same moment. */
  async load(now: number, together: () => void = () => {}): Promise<Renamed> {
    const states = await this.#store.states()
    const records = await this.#store.datasets()
    const controls = await this.#store.controls(now)
    const maintenances = await this.#store.openMaintenances()
    const renamed = renamedSince(this.#records, records)
    const unsaved = [...this.#unsaved].flatMap((id) => this.#states.get(id) ?? [])
    this.#states = new Map(states)
    this.#unsaved.clear()
    const known = new Set(records.map(({ id }) => id))
    for (const state of unsaved) {
      const datasetId = renamed.get(state.datasetId) ?? state.datasetId
      if (known.has(datasetId)) this.set({ ...state, datasetId })
    }
    this.#records = records
    this.#controls = controls
    this.#maintenances = maintenances
    together()
    return renamed
  }

  /** The datasets as the store has them now; what is known of one whose id has changed goes with it. */
  async reloadRecords(): Promise<Renamed> {
    const records = await this.#store.datasets()
    const renamed = renamedSince(this.#records, records)
    const moved = [...renamed].flatMap(([from, to]) => {
      const state = this.#states.get(from)
      return state === undefined ? [] : [{ from, state: { ...state, datasetId: to }, saved: !this.#unsaved.has(from) }]
    })
    for (const { from } of moved) {
      this.#states.delete(from)
      this.#unsaved.delete(from)
    }
    for (const { state, saved } of moved) {
      this.#states.set(state.datasetId, state)
      if (!saved) this.#unsaved.add(state.datasetId)
    }
    this.#records = records
    return renamed
  }

  /** Of datasets that the store does not list any more nothing is held. */
  forgetGone(): void {
    const known = new Set(this.#records.map(({ id }) => id))
    for (const id of this.#states.keys()) if (!known.has(id) && !this.#unsaved.has(id)) this.#states.delete(id)
  }

  async reloadControls(now: number): Promise<void> {
    this.#controls = await this.#store.controls(now)
    this.#maintenances = await this.#store.openMaintenances()
  }

  get records(): readonly DatasetRecord[] {
    return this.#records
  }

  state(datasetId: string): DatasetStateRecord | null {
    return this.#states.get(datasetId) ?? null
  }

  /** The state that the store has for a dataset not judged yet in this process: a former mapping's, taken over by guid. */
  async takeOver(datasetId: string): Promise<void> {
    const stored = this.#states.has(datasetId) ? null : await this.#store.state(datasetId)
    if (stored !== null) this.#states.set(datasetId, stored)
  }

  /** In memory at once; `save` makes it last. */
  set(record: DatasetStateRecord): void {
    this.#states.set(record.datasetId, record)
    this.#unsaved.add(record.datasetId)
  }

  /**
   * All at once; where the store does not take that, each by itself. Answers those that it does not take.
   * @throws what the store said where it is full, held or damaged and takes none: that is no dataset's fault.
   */
  async save(datasetIds: readonly string[]): Promise<readonly NotSaved[]> {
    const records = datasetIds.flatMap((id) => this.#states.get(id) ?? [])
    try {
      await this.#store.saveStates(records)
      for (const record of records) this.#saved(record)
      return []
    } catch (error) {
      const failed: NotSaved[] = []
      for (const record of records) {
        try {
          await this.#store.saveState(record)
          this.#saved(record)
        } catch (own) {
          failed.push({ id: record.datasetId, error: own })
        }
      }
      if (failed.length === records.length && failed.some((each) => isOfTheStore(each.error))) throw error
      return failed
    }
  }

  /** Unless it has changed again meanwhile. */
  #saved(record: DatasetStateRecord): void {
    if (this.#states.get(record.datasetId) === record) this.#unsaved.delete(record.datasetId)
  }

  /** Pause and acknowledgement in force at `now`. */
  controls(datasetId: string, now: number): readonly ControlRecord[] {
    return this.#controls.filter(
      (control) => control.datasetId === datasetId && (control.until === null || control.until > now),
    )
  }

  /** Of many: those that are not over, or whose end was not told yet. */
  get maintenances(): readonly MaintenanceRecord[] {
    return this.#maintenances
  }

  /** Epoch ms at which pauses and acknowledgements of single datasets end by themselves. */
  controlEnds(): readonly number[] {
    return this.#controls.flatMap(({ until }) => until ?? [])
  }

  /** Those of single datasets that have ended since they were read. */
  endedControls(now: number): readonly ControlRecord[] {
    return this.#controls.filter(({ until }) => until !== null && until <= now)
  }

  /** What pauses or acknowledges a dataset at `now`, and for how long; null: nothing. */
  silence(dataset: Monitored, kind: ControlRecord['kind'], now: number): Silence | null {
    return silenceOf(dataset, { kind, controls: this.#controls, maintenances: this.#maintenances, now })
  }

  /** In the config, or by a person, for itself or with others. */
  isPaused(dataset: Monitored, now: number): boolean {
    return this.silence(dataset, 'pause', now) !== null
  }

  /** Epoch ms at which the pause ends by itself; null where it does not, or there is none. */
  pausedUntil(dataset: Monitored, now: number): number | null {
    return this.silence(dataset, 'pause', now)?.until ?? null
  }

  /**
   * Epoch ms at which a person acknowledged what is said of this very dataset; null: no one did, or it is over. One of many
   * is no such word: whoever keeps a SAN quiet for a night has not looked at what was lost there.
   */
  acknowledgedAt(datasetId: string, now: number): number | null {
    return this.controls(datasetId, now).find(({ kind }) => kind === 'ack')?.at ?? null
  }
}

/** The same two ends under another id. */
function renamedSince(before: readonly DatasetRecord[], after: readonly DatasetRecord[]): Renamed {
  const ids = new Map(before.map((record) => [recordKey(record), record.id]))
  const renamed = new Map<string, string>()
  for (const record of after) {
    const id = ids.get(recordKey(record))
    if (id !== undefined && id !== record.id) renamed.set(id, record.id)
  }
  return renamed
}

/** Full, held, damaged: nothing that is given to it then is at fault. */
const OF_THE_STORE: ReadonlySet<unknown> = new Set(['full', 'busy', 'corrupt', 'read-only', 'io'])

export function isOfTheStore(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && OF_THE_STORE.has(error.kind)
}

/**
 * How encrypted primaries were sent, by the guid that the primary says and the host that it goes to. Neither the name of a
 * mapping nor that of a dataset counts, nor anything that the backup says; with a lost database all is forgotten, and a person
 * has to decide anew. Written through to the store.
 */
export class LineBook {
  readonly #store: Pick<Store, 'lines' | 'saveLine'>
  readonly #lines = new Map<string, LineRecord>()
  /** Guid and host of those that were ever raw. */
  readonly #raw = new Set<string>()
  readonly #unsaved = new Set<string>()

  constructor(store: Pick<Store, 'lines' | 'saveLine'>) {
    this.#store = store
  }

  async load(): Promise<void> {
    for (const line of await this.#store.lines()) if (!this.#unsaved.has(keyOf(line))) this.#keep(line)
  }

  /** Undefined where the primary was not seen: then nothing is sent either. */
  of({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>): LineMemory | undefined {
    if (primary.state !== 'present') return undefined
    const line = emptyLine(primary.facts.guid, mapping)
    return { raw: this.#raw.has(lineOf(line)), decrypted: this.#lines.get(keyOf(line))?.decryptedAt != null }
  }

  /** A check saw that what is on the backup was received raw. Kept in the store by `flush`. */
  sawRaw({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>, now: number): void {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.rawAt === null) this.#change({ ...line, rawAt: now })
  }

  /** It is sent raw from now on: what was decided of this backup before is over. Before the first byte. */
  async sendsRaw({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>, now: number): Promise<void> {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.rawAt === null || line.decryptedAt !== null)
      this.#change({ ...line, rawAt: now, decryptedAt: null, decryptedRun: null })
    await this.flush()
  }

  /** A person has started a repair that says what becomes readable. Before the first byte. */
  async decided(
    { primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>,
    { runId, now }: { readonly runId: number; readonly now: number },
  ): Promise<void> {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.decryptedAt === null) this.#change({ ...line, decryptedAt: now, decryptedRun: runId })
    await this.flush()
  }

  /** @throws what the store says; what it did not take is tried again the next time */
  async flush(): Promise<void> {
    for (const key of [...this.#unsaved]) {
      const line = this.#lines.get(key)
      if (line !== undefined) await this.#store.saveLine(line)
      this.#unsaved.delete(key)
    }
  }

  #known(primaryGuid: string, mapping: Mapping): LineRecord {
    const line = emptyLine(primaryGuid, mapping)
    return this.#lines.get(keyOf(line)) ?? line
  }

  #change(line: LineRecord): void {
    this.#unsaved.add(keyOf(line))
    this.#keep(line)
  }

  #keep(line: LineRecord): void {
    this.#lines.set(keyOf(line), line)
    if (line.rawAt !== null) this.#raw.add(lineOf(line))
  }
}

function emptyLine(primaryGuid: string, { backup }: Mapping): LineRecord {
  const { host: backupHost, dataset: backupDataset } = backup
  return { primaryGuid, backupHost, backupDataset, rawAt: null, decryptedAt: null, decryptedRun: null }
}

const lineOf = ({ primaryGuid, backupHost }: LineRecord): string => `${primaryGuid} ${backupHost}`
const keyOf = (line: LineRecord): string => `${lineOf(line)} ${line.backupDataset}`
