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

export interface GroupLimits {
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
