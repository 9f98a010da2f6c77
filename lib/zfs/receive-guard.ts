import { propertyValueFault } from './operand.ts'
import type { DatasetType } from './types.ts'

/*
 * A stream can bring properties (`zfs send -p`), and whoever owns the primary decides what it brings. Ours have none, so
 * nothing is lost by refusing those that act on the host of the backup: where something is mounted there and shared, what may
 * be run from it, which devices appear, and what it takes from the other datasets of its pool.
 */

const OF_VOLUMES = ['readonly', 'snapdev', 'volmode', 'reservation', 'refreservation'] as const
const OF_FILESYSTEMS = [
  'mountpoint',
  'canmount',
  'overlay',
  'sharenfs',
  'sharesmb',
  'setuid',
  'exec',
  'devices',
  ...OF_VOLUMES,
] as const

/**
 * Those that a dataset of this type has; ZFS warns of any other one. A name that a host does not know at all would end every
 * receive there, so what is called otherwise elsewhere (`zoned`, on FreeBSD `jailed`) is not among them.
 */
export function guarded(type: DatasetType): readonly string[] {
  return type === 'volume' ? OF_VOLUMES : OF_FILESYSTEMS
}

/** What a receive says of properties beside those that it sets itself. */
export interface ReceiveGuard {
  /**
   * `-o`: what the backup has of its own stays. Needed beside `-x`, which passes over a property that is set locally, while
   * the first stream with properties deletes exactly these (measured on 2.3.9).
   */
  readonly keep: Readonly<Record<string, string>>
  /** `-x`: does not come from the stream. Of one that an earlier stream brought the value is no longer in force. */
  readonly refuse: readonly string[]
}

/** Set anew with every receive, they would book space twice or fail for want of it. */
const NOT_KEPT: ReadonlySet<string> = new Set(['reservation', 'refreservation'])

/**
 * `rights`: what the login may set there. What it may not set, no stream can bring through it either: ZFS asks for the right
 * of each property. So nothing has to be delegated for this. Null: not known; a property too many is a warning of ZFS.
 */
export function guardOf(
  type: DatasetType,
  rights: ReadonlySet<string> | 'all' | null,
  own: ReadonlyMap<string, string>,
): ReceiveGuard {
  const names = guarded(type).filter((name) => rights === 'all' || rights === null || rights.has(name))
  const isKept = (value: string | undefined) => value !== undefined && propertyValueFault(value) === null
  const kept = names.filter((name) => isKept(own.get(name)) && !NOT_KEPT.has(name))
  return {
    keep: Object.fromEntries(kept.map((name) => [name, own.get(name) ?? ''])),
    refuse: names.filter((name) => !kept.includes(name)),
  }
}
