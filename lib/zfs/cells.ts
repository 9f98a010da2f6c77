import { LAST_SECOND } from './dates.ts'
import { isGuid, isUint64 } from './guid.ts'
import { isSnapshotName } from './names.ts'
import { isResumeToken } from './token-contents.ts'
import type { DatasetType, Guid } from './types.ts'

/** Reads one cell of a `-Hp` table. `undefined` means: not what this column can hold. */
export type Cell<T> = (text: string) => T | undefined

export const guidCell: Cell<Guid> = (text) => (isGuid(text) ? text : undefined)

export const txgCell: Cell<bigint> = (text) => (isUint64(text) ? BigInt(text) : undefined)

/**
 * Bytes or seconds. As a number: exact up to 9 PB, and no pool's size needs more. Above that it is held there, so that
 * nothing later meets a number that is no longer whole.
 */
export const numberCell: Cell<number> = (text) =>
  isUint64(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined

/** Epoch seconds. */
export const dateCell: Cell<number> = (text) => {
  const seconds = numberCell(text)
  return seconds === undefined || seconds > LAST_SECOND ? undefined : seconds
}

export const typeCell: Cell<DatasetType> = (text) => (text === 'filesystem' || text === 'volume' ? text : undefined)

export const switchCell: Cell<boolean> = (text) => (text === 'on' ? true : text === 'off' ? false : undefined)

/** `-` on a volume, which is never mounted. */
export const mountedCell: Cell<boolean> = (text) =>
  text === 'yes' ? true : text === 'no' || text === '-' ? false : undefined

/** A cipher's name or `off`; `-` where the pool does not have the feature. */
export const encryptionCell: Cell<string> = (text) =>
  text === '-' ? 'off' : /^[a-z0-9-]{1,32}$/.test(text) ? text : undefined

export const keyStatusCell: Cell<'available' | 'unavailable' | null> = (text) =>
  text === '-' || text === 'none' ? null : text === 'available' || text === 'unavailable' ? text : undefined

/** It goes on a command line later, so its shape is checked here. */
export const tokenCell: Cell<string | null> = (text) => (text === '-' ? null : isResumeToken(text) ? text : undefined)

export const originCell: Cell<string | null> = (text) => (text === '-' ? null : isSnapshotName(text) ? text : undefined)

/** `-` as null. */
export function orNull<T>(cell: Cell<T>): Cell<T | null> {
  return (text) => (text === '-' ? null : cell(text))
}
