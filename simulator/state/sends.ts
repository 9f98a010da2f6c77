import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing, readJson, writeJson } from './files.ts'
import type { PoolRecord } from './model.ts'
import { isAlive } from './process-mark.ts'
import type { Store } from './store.ts'

interface RunningSend {
  readonly owner: string
  readonly pool: string
  /** Numbers of the snapshots that are read. */
  readonly snapshots: readonly number[]
}

const prefix = 'send-'

/** Marks the snapshots as being read until the returned function is called, or the owner is gone. */
export function markSending(
  { store, owner }: { readonly store: Store; readonly owner: string },
  pool: PoolRecord,
  snapshots: readonly number[],
): () => void {
  const file = join(store.directory, `${prefix}${owner.replace(':', '-')}.json`)
  writeJson(file, { owner, pool: pool.name, snapshots } satisfies RunningSend)
  return () => rmSync(file, { force: true })
}

/** Numbers of the pool's snapshots that some process sends now. */
export function beingSent(store: Store, pool: PoolRecord): Set<number> {
  const numbers = new Set<number>()
  for (const name of namesIn(store.directory)) {
    const file = join(store.directory, name)
    const send = readJson<RunningSend>(file)
    if (send && !isAlive(send.owner)) rmSync(file, { force: true })
    else if (send?.pool === pool.name) for (const one of send.snapshots) numbers.add(one)
  }
  return numbers
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
