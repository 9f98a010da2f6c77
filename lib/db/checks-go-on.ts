import { StoreError, type StoreErrorKind } from './errors.ts'
import type { DatasetStateRecord, RunRecord, Store } from './types.ts'

/** Full, held, damaged: whatever is given to it then is not taken. A row that it refuses is another thing. */
const TAKES_NOTHING: ReadonlySet<StoreErrorKind> = new Set(['full', 'busy', 'corrupt', 'read-only', 'io'])

export function takesNothing(error: unknown): boolean {
  return error instanceof StoreError && TAKES_NOTHING.has(error.kind)
}

/** What is wrong is written to the log again after so long. */
const SAY_AGAIN_MS = 3600_000

interface Parts {
  readonly store: Store
  readonly error: (message: string) => void
  readonly now: () => number
  /** Gives up what matters less than a check, where the disk is full. */
  readonly makeRoom?: () => Promise<void>
}

/**
 * A store whose disk may be full: a witness that stops looking then is blind just when it is needed. What a check needs
 * goes on in memory: its run (under a number below zero, on record nowhere) and the states, which are written as soon as
 * the store takes them again. Nothing else does: a repair that cannot be recorded is not begun, and what a person asks to
 * be kept is refused.
 */
export function checksGoOn<T extends Store>({
  store,
  error: tell,
  now,
  makeRoom = async () => {},
}: Parts & { readonly store: T }): T {
  const unsaved = new Map<string, DatasetStateRecord>()
  let numbers = 0
  let saidAt: number | null = null

  /** Runs `write`; where the store takes nothing, says so and answers `instead`. */
  async function orElse<R>(write: () => Promise<R>, instead: () => R): Promise<R> {
    try {
      const result = await write().catch(async (error: unknown) => {
        if (!(error instanceof StoreError) || error.kind !== 'full') throw error
        await makeRoom()
        return write()
      })
      saidAt = null
      return result
    } catch (error) {
      if (!takesNothing(error)) throw error
      if (saidAt === null || Math.abs(now() - saidAt) >= SAY_AGAIN_MS) {
        saidAt = now()
        tell(`The database takes nothing, so checks go on in memory only, and no repair starts: ${error}`)
      }
      return instead()
    }
  }

  const saveStates = async (records: readonly DatasetStateRecord[]): Promise<void> => {
    const given = records.map(onRecord)
    const ids = new Set(given.map(({ datasetId }) => datasetId))
    const left = [...unsaved.values()].filter(({ datasetId }) => !ids.has(datasetId))
    await orElse(
      async () => {
        await store.saveStates(given)
        for (const id of ids) unsaved.delete(id)
        // Apart from the others: one whose dataset is gone by now is refused, and given up.
        for (const state of left) {
          unsaved.delete(state.datasetId)
          await store.saveState(state).catch((error: unknown) => {
            if (takesNothing(error)) unsaved.set(state.datasetId, state)
            else tell(`The database refused what was remembered of ${state.datasetId} while it was full: ${error}`)
          })
        }
      },
      () => {
        for (const state of given) unsaved.set(state.datasetId, state)
      },
    )
  }

  const own: Partial<Store> = {
    saveStates,
    saveState: async (record) =>
      orElse(
        async () => {
          await store.saveState(onRecord(record))
          unsaved.delete(record.datasetId)
        },
        () => void unsaved.set(record.datasetId, onRecord(record)),
      ),
    states: async () => new Map([...(await store.states()), ...unsaved]),
    state: async (datasetId) => unsaved.get(datasetId) ?? store.state(datasetId),
    createRun: async (run) =>
      run.kind === 'SCAN' || run.kind === 'CHECK'
        ? orElse(
            () => store.createRun(run),
            () => ({ ok: true, run: unrecorded(--numbers, run) }),
          )
        : store.createRun(run),
    updateRun: async (id, change) => (id < 0 ? undefined : store.updateRun(id, change)),
    setPrimaryGuid: (datasetId, guid) =>
      orElse(
        () => store.setPrimaryGuid(datasetId, guid),
        () => undefined,
      ),
    // Children that it does not know yet are not looked at until it takes them.
    syncChildren: (parentId, children, at) =>
      orElse(
        () => store.syncChildren(parentId, children, at),
        () => [],
      ),
    noteRetired: (backups, at) =>
      orElse(
        () => store.noteRetired(backups, at),
        () => undefined,
      ),
    addLag: (points) =>
      orElse(
        () => store.addLag(points),
        () => undefined,
      ),
    beginInvocation: (record) =>
      record.trigger === 'schedule'
        ? orElse(
            () => store.beginInvocation(record),
            () => --numbers,
          )
        : store.beginInvocation(record),
    endInvocation: async (id, end) => (id < 0 ? undefined : store.endInvocation(id, end)),
  }
  return new Proxy(store, {
    get: (target, key) => Reflect.get(own, key) ?? Reflect.get(target, key),
  })
}

/** A run that is on record nowhere cannot be pointed at. */
function onRecord(state: DatasetStateRecord): DatasetStateRecord {
  return state.lastRunId !== null && state.lastRunId < 0 ? { ...state, lastRunId: null } : state
}

function unrecorded(id: number, { now, ...run }: Parameters<Store['createRun']>[0]): RunRecord {
  return {
    id,
    ...run,
    state: 'QUEUED',
    queuedAt: now,
    startedAt: null,
    finishedAt: null,
    outcome: null,
    bytes: 0,
    error: null,
    decisions: [],
    progress: null,
  }
}
