import { checkBookmarkName, checkDatasetName, checkSnapshotName } from './names.ts'
import { isResumeToken } from './token.ts'

/** A word that must not reach a command line. It is a fault of the program or of a host's answer, never of the user. */
export class UnsafeOperand extends Error {
  override readonly name = 'UnsafeOperand'
  readonly operand: string

  constructor(operand: string, reason: string) {
    super(reason)
    this.operand = operand
  }
}

/*
 * Each hands back its word or throws. A name begins with its pool and a pool with a letter, so none can be taken for an
 * option; they stand last on the command line all the same.
 */
export function datasetOperand(name: string): string {
  return checked(name, checkDatasetName(name))
}

export function snapshotOperand(name: string): string {
  return checked(name, checkSnapshotName(name))
}

export function bookmarkOperand(name: string): string {
  return checked(name, checkBookmarkName(name))
}

export function poolOperand(name: string): string {
  return checked(
    name,
    name.includes('/') ? `${JSON.stringify(name)} is no pool but a dataset below one.` : checkDatasetName(name),
  )
}

export function tokenOperand(token: string): string {
  return checked(
    token,
    isResumeToken(token) ? null : 'The resume token does not have the form 1-hex-hex-hex; read it again.',
  )
}

/** A hold's tag. ZFS takes any text here; ours are plain. */
export function tagOperand(tag: string): string {
  return checked(
    tag,
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,200}$/.test(tag)
      ? null
      : `The hold tag ${JSON.stringify(tag)} is not plain; use letters, digits and _ . : -`,
  )
}

/** `name=value` after `-o`. A native or user property; the value is one word, without newline or NUL. */
export function propertyOperand(name: string, value: string): string {
  if (!isPropertyOperand(name))
    throw new UnsafeOperand(name, `${JSON.stringify(name)} is no property name; use one of zfsprops(7).`)
  const fault = propertyValueFault(value)
  if (fault !== null) throw new UnsafeOperand(value, `The value of ${name} ${fault}, which cannot be set from here.`)
  return `${name}=${value}`
}

/** Can a command name this property? ZFS lets a user property begin with `-` (an option, to a command), `_`, `.` or `:`. */
export function isPropertyOperand(name: string): boolean {
  return /^[a-z0-9][a-z0-9_.:-]*(@[A-Za-z0-9_.:-]+)?$/.test(name)
}

/** What of a value no remote command can carry as it is, in words that follow its name; null: nothing. */
export function propertyValueFault(value: string): string | null {
  if (/\p{Cc}/u.test(value)) return 'holds a control character'
  // A login shell may be csh, to which it means its history, within quotes too.
  if (value.includes('!')) return 'holds a "!"'
  // So reads what is no UTF-8: the value that would be set is another one.
  return value.includes('\uFFFD') ? 'is no text' : null
}

/** A property of ZFS itself. User properties (with a colon) are left out: their values can hold anything. */
export function nativeProperty(name: string): string {
  return checked(
    name,
    /^[a-z0-9_]+$/.test(name) ? null : `${JSON.stringify(name)} is no native property; use one of zfsprops(7).`,
  )
}

function checked(operand: string, fault: string | null): string {
  if (fault !== null) throw new UnsafeOperand(operand, fault)
  return operand
}

/** How `zfs` is called on a host, for example `['zfs']` or `['sudo', '-n', '/usr/sbin/zfs']`. */
export type ZfsCommand = readonly string[]

/** The words of one command; each is quoted by whoever sends it. */
export type Argv = readonly string[]

/**
 * `zpool` beside `zfs`: the same prefix, the last word's file name replaced. A wrapper of another name has no zpool
 * beside it; then the one on the host's PATH is taken.
 */
export function zpoolBeside(zfs: ZfsCommand): Argv {
  const last = zfs.at(-1) ?? 'zfs'
  const directory = last.slice(0, last.lastIndexOf('/') + 1)
  return [...zfs.slice(0, -1), last === `${directory}zfs` ? `${directory}zpool` : 'zpool']
}

const MAX_NAMES = 100
/** One remote command is one argv element of the far shell, 128 KiB at most; a group takes a share of it. */
const MAX_BYTES = 16 * 1024
/** One listing of so many snapshots takes a tired disk some twenty seconds; a failure costs no more than that again. */
const MAX_SNAPSHOTS = 2000
/** For a dataset of which nothing is known yet. */
const UNKNOWN_SNAPSHOTS = 200

/** A dataset to be listed. */
export interface ToList {
  readonly name: string
  /** How many its listing had the last time (0 where none are asked for); null: never listed. */
  readonly snapshots: number | null
  /** At most this many datasets in a group with it: it was in a group that took too long. Null: no such limit. */
  readonly most: number | null
}

interface GroupLimits {
  readonly names: number
  readonly bytes: number
  readonly snapshots: number
}

const LIMITS: GroupLimits = { names: MAX_NAMES, bytes: MAX_BYTES, snapshots: MAX_SNAPSHOTS }

/**
 * Datasets in groups that one command lists, in order, those that were too slow last: so they keep nothing from the
 * others. One dataset that is beyond a limit by itself is a group of its own.
 */
export function groupsToList(
  datasets: readonly ToList[],
  limits: GroupLimits = LIMITS,
): readonly (readonly string[])[] {
  const ordered = [...datasets.filter(({ most }) => most === null), ...datasets.filter(({ most }) => most !== null)]
  const groups: string[][] = []
  let room = { names: 0, bytes: 0, snapshots: 0 }
  for (const { name, snapshots, most } of ordered) {
    const size = snapshots ?? UNKNOWN_SNAPSHOTS
    // Three more for the quotes and the space.
    const bytes = name.length + 3
    const last = groups.at(-1)
    const names = Math.min(room.names, (most ?? limits.names) - (last?.length ?? 0))
    if (last === undefined || names < 1 || bytes > room.bytes || size > room.snapshots) {
      groups.push([name])
      room = { names: (most ?? limits.names) - 1, bytes: limits.bytes - bytes, snapshots: limits.snapshots - size }
    } else {
      last.push(name)
      room = { names: names - 1, bytes: room.bytes - bytes, snapshots: room.snapshots - size }
    }
  }
  return groups
}

/** Names in groups that one command takes, whatever it costs for each. */
export function chunkNames(
  names: readonly string[],
  maxNames = MAX_NAMES,
  maxBytes = MAX_BYTES,
): readonly (readonly string[])[] {
  const each = names.map((name) => ({ name, snapshots: 0, most: null }))
  return groupsToList(each, { names: maxNames, bytes: maxBytes, snapshots: MAX_SNAPSHOTS })
}
