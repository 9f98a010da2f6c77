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
