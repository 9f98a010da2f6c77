/** How `zfs` is called on a host, for example `['zfs']` or `['sudo', '-n', '/usr/sbin/zfs']`. */
export type ZfsCommand = readonly string[]

/** The words of one command; each is quoted by whoever sends it. */
export type Argv = readonly string[]

/** `zpool` beside `zfs`: the same prefix, the last word's file name replaced. */
export function zpoolBeside(zfs: ZfsCommand): Argv {
  const last = zfs.at(-1) ?? 'zfs'
  return [...zfs.slice(0, -1), `${last.slice(0, last.lastIndexOf('/') + 1)}zpool`]
}
