import type { DatasetRecord, PoolRecord } from '../state/model.ts'

/** The dataset whose key opens this one, or null when it is not encrypted. */
export const encryptionRootOf = (pool: PoolRecord, dataset: DatasetRecord): DatasetRecord | null =>
  dataset.encryptionRoot === null ? null : (pool.datasets.find((one) => one.id === dataset.encryptionRoot) ?? null)

/** `off`, or the cipher's name. */
export const cipherOf = (pool: PoolRecord, dataset: DatasetRecord): string =>
  encryptionRootOf(pool, dataset)?.local.encryption ?? 'off'

/** True when the data can be read: not encrypted, or its key is loaded. */
export const isReadable = (pool: PoolRecord, dataset: DatasetRecord): boolean =>
  encryptionRootOf(pool, dataset)?.keyLoaded ?? true
