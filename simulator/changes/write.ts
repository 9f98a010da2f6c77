import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { randomSeed } from '../state/random.ts'
import { type Environment, nextTxg } from './environment.ts'

/** What ZFS writes beside the data when a dataset changes. */
const overheadBytes = 12_288

/** Adds data to the head of the dataset; with 0 bytes it is touched only, as by an access time. */
export function writeData(env: Environment, pool: PoolRecord, dataset: DatasetRecord, bytes: number): void {
  nextTxg(env, pool)
  const total = bytes + overheadBytes
  if (bytes > 0) dataset.live.push({ b: bytes, s: randomSeed() })
  dataset.refer += total
  dataset.written += total
  dataset.own += total
}
