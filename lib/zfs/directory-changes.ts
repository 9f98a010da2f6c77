import { linesOf } from './cells.ts'
import { splitSnapshot } from './names.ts'
import { type Argv, snapshotOperand, type ZfsCommand } from './operand.ts'

/**
 * What has changed in a file system since one of its snapshots, with the kind of each thing. Needs the right `diff` and a
 * file system that is mounted; ZFS takes a snapshot for it, which is gone when the command ends. Answer: `onlyDirectories`.
 */
export function diffSince(zfs: ZfsCommand, snapshot: string): Argv {
  return [...zfs, 'diff', '-FH', snapshotOperand(snapshot), splitSnapshot(snapshot)?.dataset ?? '']
}

/** `M`, a kind (`/` is a directory, `F` a file) and a path, in which ZFS writes every other character as `\0ooo`. */
const ROW = /^([MR+-])\t(.)\t([^\t]+)(\t[^\t]+)?$/

/**
 * Was nothing but directories touched? Mounting a child makes its mountpoint anew (measured on OpenZFS 2.3.9: `-` and `+` of
 * the same directory, `M` of the one above it). A directory that is gone, or has another name, is someone's work; so is
 * everything else. Null where the output is no such listing.
 */
export function onlyDirectories(stdout: string): boolean | null {
  if (!stdout.endsWith('\n')) return null
  const [made, gone] = [new Set<string>(), new Set<string>()]
  let only = true
  for (const line of linesOf(stdout)) {
    const [, change, kind, path = ''] = ROW.exec(line) ?? []
    if (change === undefined) return null
    if (kind !== '/' || change === 'R') only = false
    if (!only) continue
    if (change === '+') made.add(path)
    if (change === '-') gone.add(path)
  }
  return only && gone.isSubsetOf(made)
}
