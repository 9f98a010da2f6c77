import { splitSnapshot } from './names.ts'
import {
  type Argv,
  bookmarkOperand,
  datasetOperand,
  nativeProperty,
  propertyOperand,
  propertyValueFault,
  snapshotOperand,
  tagOperand,
  type ZfsCommand,
} from './operand.ts'
import type { DatasetType } from './types.ts'

/*
 * The commands that change something. The set is closed on purpose: nothing that could destroy (destroy, rollback,
 * receive -F, receive -A) can be built here.
 */

export interface ReceiveTarget {
  /** The dataset to receive into; its parent exists. */
  readonly dataset: string
  /** `-o readonly=on`: for the first stream of a new dataset. A later stream keeps what the dataset has. */
  readonly readonlyOn: boolean
  /** Local properties of a new dataset. One that the login may not set is left out by ZFS, with a warning. */
  readonly properties?: Properties
  /** What the stream may not bring; what is set here is not refused as well, which ZFS does not take. */
  readonly guard?: ReceiveGuard
}

/** Always resumable (`-s`) and never mounting (`-u`): on Linux only root could mount. Needs `receive:append,create,mount`. */
export function receive(zfs: ZfsCommand, target: ReceiveTarget): Argv {
  const wanted = { ...(target.readonlyOn ? { readonly: 'on' } : {}), ...target.properties }
  const argv = [...zfs, 'receive', '-s', '-u', ...setting(wanted), datasetOperand(target.dataset)]
  return target.guard === undefined ? argv : guardedReceive(argv, target.guard)
}

/** A receive that says no to what the stream may not bring, too. ZFS takes no property twice: what is set stays so. */
export function guardedReceive(argv: Argv, { keep, refuse }: ReceiveGuard): Argv {
  const isSet = (name: string) => argv.some((word, at) => argv[at - 1] === '-o' && word.startsWith(`${name}=`))
  const kept = Object.fromEntries(Object.entries(keep).filter(([name]) => !isSet(name)))
  const refused = refuse.filter((name) => !isSet(name) && kept[name] === undefined)
  const guard = [...setting(kept), ...refused.flatMap((name) => ['-x', nativeProperty(name)])]
  return [...argv.slice(0, -1), ...guard, ...argv.slice(-1)]
}

/**
 * A place for what is received below it: never mounted, and nothing of its own. With `-p` one that is there already is
 * left as it is. Its parent exists. Needs `create,mount,canmount,readonly` on that.
 */
export function createParent(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'create', '-p', '-u', ...setting({ canmount: 'off', readonly: 'on' }), datasetOperand(dataset)]
}

/** `mark` is the part after `#`, on the snapshot's own dataset. Needs `bookmark`. Refused where the name exists. */
export function bookmark(zfs: ZfsCommand, snapshot: string, mark: string): Argv {
  const dataset = splitSnapshot(snapshot)?.dataset ?? ''
  return [...zfs, 'bookmark', snapshotOperand(snapshot), bookmarkOperand(`${dataset}#${mark}`)]
}

export function hold(zfs: ZfsCommand, tag: string, snapshots: readonly string[]): Argv {
  return [...zfs, 'hold', tagOperand(tag), ...snapshots.map(snapshotOperand)]
}

export function release(zfs: ZfsCommand, tag: string, snapshots: readonly string[]): Argv {
  return [...zfs, 'release', tagOperand(tag), ...snapshots.map(snapshotOperand)]
}

/** Local properties that a clone is created with. Each one needs the right of its name, else the whole clone is refused. */
export type Properties = Readonly<Record<string, string>>

export function clone(zfs: ZfsCommand, snapshot: string, target: string, properties: Properties): Argv {
  return [...zfs, 'clone', ...setting(properties), snapshotOperand(snapshot), datasetOperand(target)]
}

export function promote(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'promote', datasetOperand(dataset)]
}

/** Never by force: refused where something uses it. On Linux only root can. Its children are unmounted with it. */
export function unmount(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'unmount', datasetOperand(dataset)]
}

export function mount(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'mount', datasetOperand(dataset)]
}

/** Without remounting (`-u`); a volume takes no `-u`. */
export function rename(zfs: ZfsCommand, type: DatasetType, from: string, to: string): Argv {
  return [...zfs, 'rename', ...(type === 'filesystem' ? ['-u'] : []), datasetOperand(from), datasetOperand(to)]
}

/** Of one snapshot; what it holds, its guid, holds and clones stay. Refused where the dataset has that name already. */
export function renameSnapshot(zfs: ZfsCommand, from: string, name: string): Argv {
  const dataset = splitSnapshot(from)?.dataset ?? ''
  return [...zfs, 'rename', snapshotOperand(from), snapshotOperand(`${dataset}@${name}`)]
}

export function setCanmount(zfs: ZfsCommand, dataset: string, value: 'on' | 'off' | 'noauto'): Argv {
  return [...zfs, 'set', propertyOperand('canmount', value), datasetOperand(dataset)]
}

/** A limit; `value` in bytes. Refused where the dataset holds more by now. Needs the right of its name. */
export function setLimit(zfs: ZfsCommand, dataset: string, limit: 'quota' | 'refquota', value: string): Argv {
  return [...zfs, 'set', propertyOperand(limit, value), datasetOperand(dataset)]
}

export function setReadonly(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'set', propertyOperand('readonly', 'on'), datasetOperand(dataset)]
}

function setting(properties: Properties): Argv {
  return Object.entries(properties).flatMap(([name, value]) => ['-o', propertyOperand(name, value)])
}

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
