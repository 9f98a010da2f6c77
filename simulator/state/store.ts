import { dlopen } from 'bun:ffi'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing, readJson, writeJson } from './files.ts'
import type { DatasetHistory, DatasetRecord, PoolRecord } from './model.ts'

/** Another process changed a history between the reading of the pool and the reading of it: read again. */
export class StaleRead extends Error {}

/**
 * The state of one SAN. A pool is one file with all its datasets; each dataset's snapshots are a file of their own,
 * written under a new name with each change and named by the pool file. So replacing the pool file is the
 * one moment at which a change happens, and a kill before or after it leaves a whole state.
 */
export class Store {
  readonly directory: string
  private pools = new Map<string, PoolRecord>()
  private histories = new Map<string, DatasetHistory>()
  private touchedPools = new Set<string>()
  private touchedHistories = new Map<DatasetRecord, string>()
  private loaded = false
  private inside = false

  constructor(directory: string) {
    this.directory = directory
  }

  /** Every pool, imported or not, by name. */
  allPools(): PoolRecord[] {
    if (!this.loaded) {
      for (const name of this.poolNames()) {
        const pool = readJson<PoolRecord>(this.poolFile(name))
        if (pool) this.pools.set(name, pool)
      }
      this.loaded = true
    }
    return [...this.pools.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  history(pool: PoolRecord, dataset: DatasetRecord): DatasetHistory {
    const key = `${pool.name}/${dataset.id}`
    const known = this.histories.get(key)
    if (known) return known
    const read = dataset.history === 0 ? { snapshots: [], bookmarks: [] } : this.readHistory(pool, dataset)
    this.histories.set(key, read)
    return read
  }

  addPool(pool: PoolRecord): void {
    this.pools.set(pool.name, pool)
    this.touchedPools.add(pool.name)
  }

  removePool(name: string): void {
    this.pools.delete(name)
    rmSync(join(this.directory, 'pools', name), { recursive: true, force: true })
  }

  touch(pool: PoolRecord): void {
    this.touchedPools.add(pool.name)
  }

  /** Says that the history of the dataset was changed in memory. */
  touchHistory(pool: PoolRecord, dataset: DatasetRecord): void {
    // Read now, or the commit would take it for empty.
    this.history(pool, dataset)
    this.touchedPools.add(pool.name)
    this.touchedHistories.set(dataset, pool.name)
  }

  /** Runs `work` alone and writes what it touched; when it throws, nothing is written. One within another is part of it. */
  transaction<T>(work: () => T): T {
    if (this.inside) return work()
    mkdirSync(this.directory, { recursive: true })
    return withLock(join(this.directory, 'lock'), () => {
      this.forget()
      this.inside = true
      try {
        const result = work()
        this.commit()
        return result
      } finally {
        this.inside = false
        this.forget()
      }
    })
  }

  forget(): void {
    this.pools.clear()
    this.histories.clear()
    this.touchedPools.clear()
    this.touchedHistories.clear()
    this.loaded = false
  }

  /** Where a receive keeps how far it came. */
  partialFile(pool: PoolRecord, id: string): string {
    return join(this.directory, 'pools', pool.name, `partial-${id}.json`)
  }

  private commit(): void {
    const outdated: string[] = []
    for (const name of this.touchedPools) mkdirSync(join(this.directory, 'pools', name), { recursive: true })
    for (const [dataset, poolName] of this.touchedHistories) {
      const pool = this.pools.get(poolName)
      if (!pool) continue
      if (dataset.history > 0) outdated.push(this.historyFile(poolName, dataset))
      const history = this.histories.get(`${poolName}/${dataset.id}`)
      const gone = !pool.datasets.includes(dataset)
      if (gone || !history || history.snapshots.length + history.bookmarks.length === 0) {
        dataset.history = 0
        continue
      }
      dataset.history = pool.nextId++
      writeJson(this.historyFile(poolName, dataset), history)
    }
    for (const name of this.touchedPools) {
      const pool = this.pools.get(name)
      if (pool) writeJson(this.poolFile(name), pool)
    }
    for (const file of outdated) rmSync(file, { force: true })
  }

  private readHistory(pool: PoolRecord, dataset: DatasetRecord): DatasetHistory {
    const history = readJson<DatasetHistory>(this.historyFile(pool.name, dataset))
    if (!history) throw new StaleRead(dataset.name)
    return history
  }

  private poolNames(): string[] {
    try {
      return readdirSync(join(this.directory, 'pools'))
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  private poolFile(name: string): string {
    return join(this.directory, 'pools', name, 'pool.json')
  }

  private historyFile(pool: string, dataset: DatasetRecord): string {
    return join(this.directory, 'pools', pool, `history-${dataset.id}-${dataset.history}.json`)
  }
}

const exclusive = 2

// The kernel lets go of a flock when its owner dies, however it dies; a lock made of files would need a guess.
const libc = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  flock: { args: ['i32', 'i32'], returns: 'i32' },
})

/** Runs `work` while no other process holds the lock on `file`; waits for it without a limit. */
function withLock<T>(file: string, work: () => T): T {
  const descriptor = openSync(file, 'a')
  try {
    // A signal may interrupt the wait.
    while (libc.symbols.flock(descriptor, exclusive) !== 0) Bun.sleepSync(1)
    return work()
  } finally {
    closeSync(descriptor)
  }
}
