import { numberCell } from './cells.ts'
import { linesOf } from './lines.ts'
import { isSnapshotName } from './names.ts'

/** The answer of `clock`: epoch seconds, or null if it is no such number. */
export function parseClock(stdout: string): number | null {
  return oneNumber(stdout)
}

/**
 * The answer of `writtenSince`: bytes, or null. ZFS prints `-`, with exit code 0, for a snapshot that is not there:
 * null is "not known", never "nothing was written".
 */
export function parseWrittenSince(stdout: string): number | null {
  return oneNumber(stdout)
}

/** The answer of `listHolds`: the snapshots that are held by this tag. A tag of somebody else's may be any text. */
export function parseHeld(stdout: string, tag: string): readonly string[] {
  const held = new Set<string>()
  for (const line of linesOf(stdout)) {
    const [name, of] = line.split('\t', 2)
    if (name !== undefined && of === tag && isSnapshotName(name)) held.add(name)
  }
  return [...held]
}

export interface ZfsVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** The rest, such as `-0+deb13u1`, or empty. */
  readonly build: string
}

/** The answer of `version`: of the kernel module where it is printed, else of the tools. Null if there is none in it. */
export function parseVersion(stdout: string): ZfsVersion | null {
  const found = /^zfs-kmod-(.{0,100})$/m.exec(stdout)?.[1] ?? /^zfs-(?!kmod)(.{0,100})$/m.exec(stdout)?.[1] ?? ''
  const parts = /^v?([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?([A-Za-z0-9.+~_-]{0,60})$/.exec(found)
  if (parts === null) return null
  return { major: Number(parts[1]), minor: Number(parts[2]), patch: Number(parts[3] ?? 0), build: parts[4] ?? '' }
}

/** `receive:append`, with which a receiver cannot destroy, exists since 2.3.2. */
export function hasAppendOnlyReceive(version: ZfsVersion): boolean {
  return isAtLeast(version, 2, 3, 2)
}

/** `snapshots_changed`, with which a scan need not list every snapshot, exists since 2.2. */
export function hasSnapshotsChanged(version: ZfsVersion): boolean {
  return isAtLeast(version, 2, 2, 0)
}

function isAtLeast(version: ZfsVersion, major: number, minor: number, patch: number): boolean {
  if (version.major !== major) return version.major > major
  if (version.minor !== minor) return version.minor > minor
  return version.patch >= patch
}

function oneNumber(stdout: string): number | null {
  const line = stdout.endsWith('\n') ? stdout.slice(0, -1) : stdout
  return numberCell(line) ?? null
}
