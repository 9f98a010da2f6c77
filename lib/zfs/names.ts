import { isoStamp } from '#lib/text/words.ts'
import type { Guid } from './types.ts'

/*
 * The grammar of ZFS names (OpenZFS `zfs_namecheck.c`), what names say of each other, guids, and the names that this product
 * gives to things on the SANs. A checker answers null when the name is fine, else one sentence that says what to write
 * instead. Nothing here trims: a name may begin or end with a space.
 */

/** Bytes of a whole name, `@snap` or `#mark` included. */
export const NAME_LIMIT = 255
/** Components of a dataset name, the pool counted. */
const DEPTH_LIMIT = 50

interface NameOptions {
  /** Default true: every name that ZFS itself takes. The config says false. */
  readonly allowSpaces?: boolean
}

const RESERVED_POOL = /^(mirror|raidz|draid|spare|log$|logs$|cache$|special$|dedup$)/

/** @returns null, or what is wrong with `text` as a name such as `pool/data/vm-1`. */
export function checkDatasetName(text: string, options: NameOptions = {}): string | null {
  const shown = shownName(text)
  if (text === '') return 'A dataset name is empty; write the pool and the path, for example tank/data.'
  if (text.length > NAME_LIMIT)
    return `The dataset name ${shown} has ${text.length} characters; ZFS takes at most ${NAME_LIMIT}.`
  if (text.startsWith('/'))
    return `The dataset name ${shown} begins with a slash; write it as ${shownOr(text.slice(1))}.`
  if (text.endsWith('/'))
    return `The dataset name ${shown} ends with a slash; write it as ${shownOr(text.slice(0, -1))}.`
  if (/[@#]/.test(text))
    return `The dataset name ${shown} holds @ or #; write only the dataset, for example ${shownOr(text.split(/[@#]/, 1)[0] ?? '')}.`
  const components = text.split('/')
  if (components.length > DEPTH_LIMIT)
    return `The dataset name ${shown} is ${components.length} levels deep; ZFS takes at most ${DEPTH_LIMIT}.`
  for (const component of components) {
    const fault = checkComponent(component, options)
    if (fault !== null) return `The dataset name ${shown} ${fault}`
  }
  const pool = components[0] ?? ''
  if (!/^[A-Za-z]/.test(pool))
    return `The dataset name ${shown} must begin with a pool name, which begins with a letter.`
  if (RESERVED_POOL.test(pool)) return `The pool name ${JSON.stringify(pool)} is reserved by ZFS; no pool can have it.`
  return null
}

/** @returns null, or what is wrong with `text` as the whole name of a snapshot, `pool/ds@snap`. */
export function checkSnapshotName(text: string, options: NameOptions = {}): string | null {
  return checkMarked(text, '@', 'snapshot', options)
}

/** @returns null, or what is wrong with `text` as the whole name of a bookmark, `pool/ds#mark`. */
export function checkBookmarkName(text: string, options: NameOptions = {}): string | null {
  return checkMarked(text, '#', 'bookmark', options)
}

export function isDatasetName(text: string): boolean {
  return checkDatasetName(text) === null
}

export function isSnapshotName(text: string): boolean {
  return checkSnapshotName(text) === null
}

function checkMarked(text: string, mark: '@' | '#', what: string, options: NameOptions): string | null {
  const shown = shownName(text)
  const at = text.indexOf(mark)
  if (at < 0) return `The ${what} name ${shown} has no ${mark}; write it as pool/dataset${mark}name.`
  if (text.length > NAME_LIMIT)
    return `The ${what} name ${shown} has ${text.length} characters; ZFS takes at most ${NAME_LIMIT}, dataset included.`
  const label = checkComponent(text.slice(at + 1), options)
  if (label !== null) return `The ${what} name ${shown} ${label}`
  return checkDatasetName(text.slice(0, at), options)
}

function checkComponent(component: string, options: NameOptions): string | null {
  if (component === '') return 'has an empty part; write no two slashes in a row and a name after @ or #.'
  if (component === '.' || component === '..')
    return `has the part "${component}", which ZFS refuses; give it another name.`
  const bad = /[^A-Za-z0-9_.: -]/.exec(component)
  if (bad !== null) return `holds ${JSON.stringify(bad[0])}; ZFS takes letters, digits and _ - : . only.`
  if (options.allowSpaces === false && component.includes(' '))
    return 'holds a space; name the dataset without one (zfs rename), it is refused here.'
  return null
}

function shownOr(text: string): string {
  return shownName(text === '' ? 'tank/data' : text)
}

/** A text of any length, in a sentence. */
function shownName(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 299)}…` : text)
}

/*
 * How names stand to each other. All of it by text alone: check a name first.
 */

/** The pool of any name: of a dataset, a snapshot or a bookmark. */
export function poolOf(name: string): string {
  const end = name.search(/[/@#]/)
  return end < 0 ? name : name.slice(0, end)
}

/** The dataset above, or null for a pool's root. */
export function parentOf(dataset: string): string | null {
  const slash = dataset.lastIndexOf('/')
  return slash < 0 ? null : dataset.slice(0, slash)
}

/** True for `root` itself and everything below it. `tank/ab` is not within `tank/a`. */
export function isWithin(child: string, root: string): boolean {
  return child === root || child.startsWith(`${root}/`)
}

interface SnapshotPath {
  readonly dataset: string
  readonly snapshot: string
}
interface BookmarkPath {
  readonly dataset: string
  readonly bookmark: string
}

/** `a/b@c` → dataset and snapshot, or null where there is no `@` with something on both sides. */
export function splitSnapshot(name: string): SnapshotPath | null {
  const at = name.indexOf('@')
  if (at < 1 || at === name.length - 1) return null
  return { dataset: name.slice(0, at), snapshot: name.slice(at + 1) }
}

/** `a/b#c` → dataset and bookmark, or null where there is no `#` with something on both sides. */
export function splitBookmark(name: string): BookmarkPath | null {
  const at = name.indexOf('#')
  if (at < 1 || at === name.length - 1) return null
  return { dataset: name.slice(0, at), bookmark: name.slice(at + 1) }
}

const MAX = 2n ** 64n - 1n
const MAX_DIGITS = 20
const DECIMAL = /^(0|[1-9][0-9]{0,19})$/

/** A whole number from 0 to 2^64 − 1 in plain decimal, as `zfs list -p` prints one. */
export function isUint64(text: string): boolean {
  if (!DECIMAL.test(text)) return false
  return text.length < MAX_DIGITS || BigInt(text) <= MAX
}

/** A guid is a uint64 that is not 0: ZFS uses 0 for "none". */
export function isGuid(text: string): text is Guid {
  return text !== '0' && isUint64(text)
}

const ZERO = 48
const NINE = 57

/** `isGuid` of the part of a text, which is not taken out of it: for listings of a million lines. */
export function isGuidAt(text: string, start: number, end: number): boolean {
  const digits = end - start
  if (digits >= MAX_DIGITS) return isGuid(text.slice(start, end))
  if (digits < 1 || text.charCodeAt(start) === ZERO) return false
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) return false
  }
  return true
}

/** `0x65463ae0bf5178cd` (as a resume token shows it) → decimal, or null if it is no such number. */
export function guidFromHex(text: string): Guid | null {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text)) return null
  const decimal = BigInt(text).toString()
  return isGuid(decimal) ? decimal : null
}

/** 16 hex digits, as in the names of our own bookmarks. Throws on text that is no guid. */
export function guidToHex(guid: Guid): string {
  if (!isGuid(guid))
    throw new RangeError(`${JSON.stringify(guid)} is no ZFS guid: a decimal number from 1 to 2^64 - 1 is needed.`)
  return BigInt(guid).toString(16).padStart(16, '0')
}

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
  return isoStamp(epochSeconds * 1000)
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

/** What an own name means, or null for anyone else's dataset (children of a set-aside included). */
export function parseOwnDatasetName(dataset: string): OwnDatasetName | null {
  const match = OWN_DATASET.exec(dataset)
  if (match?.[1] === undefined || match[3] === undefined) return null
  return { of: match[1], role: match[2] as OwnDatasetRole, stamp: match[3] }
}

/** The part after `#` of the bookmark that keeps the chain from a snapshot: `zw-` and its guid. Throws on a bad guid. */
export function anchorName(guid: Guid): string {
  return `zw-${guidToHex(guid)}`
}

/** The guid an anchor's name speaks of, or null for anyone else's bookmark. Compare it with the bookmark's own guid. */
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
