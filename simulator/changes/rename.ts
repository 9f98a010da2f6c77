import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { type Environment, nextTxg } from './environment.ts'

/** Moves the dataset and all below it. */
export function renameDataset(env: Environment, pool: PoolRecord, dataset: DatasetRecord, name: string): void {
  const old = dataset.name
  for (const one of pool.datasets) {
    if (one === dataset) one.name = name
    else if (one.name.startsWith(`${old}/`)) one.name = `${name}${one.name.slice(old.length)}`
  }
  nextTxg(env, pool)
}
