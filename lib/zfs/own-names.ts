import { guidFromHex, guidToHex } from './guid.ts'
import { NAME_LIMIT } from './names.ts'
import type { Guid } from './types.ts'

/**
 * The names that this product gives to things on the SANs. They are recognised by name, origin and guid alone, never by
 * the database, so both directions (make, recognise) stand side by side here.
 */
export type OwnDatasetRole = 'aside' | 'next' | 'incoming'

export interface OwnDatasetName {
  readonly role: OwnDatasetRole
  /** The backup dataset that it belongs to. */
  readonly of: string
  /** `yyyymmddThhmmssZ`, UTC: the run. */
  readonly stamp: string
}

const OWN_DATASET = /^(.+)\.zw-(aside|next|incoming)-([0-9]{8}T[0-9]{6}Z)$/s
const OWN_BOOKMARK = /^zw-([0-9a-f]{16})$/

/** The longest suffix, `.zw-incoming-yyyymmddThhmmssZ`. */
export const OWN_SUFFIX_LENGTH = ownDatasetName('', 'incoming', '00000000T000000Z').length

/** `yyyymmddThhmmssZ` of an instant, UTC. */
export function runStamp(epochSeconds: number): string {
  const iso = new Date(epochSeconds * 1000).toISOString()
  return `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** `20261122T235959Z` → epoch ms; null where it is no possible time. */
export function timeOfStamp(stamp: string): number | null {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const time = Date.parse(iso)
  return Number.isNaN(time) ? null : time
}

export function ownDatasetName(of: string, role: OwnDatasetRole, stamp: string): string {
  return `${of}.zw-${role}-${stamp}`
}

/** What an own name means, or null for anybody else's dataset (children of a set-aside included). */
export function parseOwnDatasetName(dataset: string): OwnDatasetName | null {
  const match = OWN_DATASET.exec(dataset)
  if (match?.[1] === undefined || match[3] === undefined) return null
  return { of: match[1], role: match[2] as OwnDatasetRole, stamp: match[3] }
}

/** The part after `#` of the bookmark that keeps the chain from a snapshot: `zw-` and its guid. Throws on a bad guid. */
export function anchorName(guid: Guid): string {
  return `zw-${guidToHex(guid)}`
}

/** The guid an anchor's name speaks of, or null for anybody else's bookmark. Compare it with the bookmark's own guid. */
export function parseAnchorName(bookmark: string): Guid | null {
  const hex = OWN_BOOKMARK.exec(bookmark)?.[1]
  return hex === undefined ? null : guidFromHex(`0x${hex}`)
}

/**
 * The name that a snapshot of the backup gets where its own is in the way of one to be sent: its old name and its guid, or
 * (`short`) the guid alone. Throws on a bad guid.
 */
export function clearedName(name: string, guid: Guid, short = false): string {
  return short ? `zw-${guidToHex(guid)}` : `${name}.zw-${guidToHex(guid)}`
}

/**
 * How many bytes a dataset is too long to be set aside, 0 when it fits. `longestBelow` is the length of the longest
 * rest below the dataset (`/child@snapshot`), which moves along and counts too.
 */
export function bytesOverForSetAside(dataset: string, longestBelow = 0): number {
  return Math.max(0, dataset.length + longestBelow + OWN_SUFFIX_LENGTH - NAME_LIMIT)
}
