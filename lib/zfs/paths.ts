/** Relations between dataset names. All of it by text alone; check a name with `names.ts` first. */

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

export interface SnapshotPath {
  readonly dataset: string
  readonly snapshot: string
}
export interface BookmarkPath {
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
