import type { HostConfig } from '#config/effective.ts'
import type { PresentSide } from '#lib/replication/types/inventory.ts'
import { shellLine, shellWord } from '#lib/text/shell.ts'
import { bytesText, isoStamp } from '#lib/text/words.ts'
import { NAME_LIMIT } from '#lib/zfs/names.ts'
import { receiveBack, sendBack } from '#lib/zfs/send-commands.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import type { Restore } from './types.ts'

interface RestoreFrom {
  readonly primary: { readonly host: HostConfig; readonly dataset: string }
  readonly backup: { readonly host: HostConfig; readonly dataset: string; readonly side: PresentSide }
  /** The snapshot to restore: the newest common one, or the backup's newest. */
  readonly snapshot: SnapshotEntry
  /** `keyformat`, `keylocation`, `volsize` of the backup, as far as they were read. */
  readonly details: ReadonlyMap<string, string>
  /** The primary's own properties with their values; null where they could not be read. */
  readonly properties: Readonly<Record<string, string>> | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** How a person would have the dataset back under a new name, beside whatever is there. */
export function restoreOf(from: RestoreFrom): Restore {
  const { primary, backup, snapshot, properties } = from
  const { facts, snapshots } = backup.side
  const raw = facts.encryption !== 'off'
  const into = newName(primary.dataset, from.now)
  const older = snapshots.filter(({ createtxg }) => createtxg < snapshot.createtxg)
  const oldest = older.toSorted((a, b) => (a.createtxg < b.createtxg ? -1 : 1))[0]
  const full = (name: string): string => `${backup.dataset}@${name}`
  const line = (stream: Parameters<typeof sendBack>[1]): string =>
    `${over(backup.host, sendBack(backup.host.zfsCommand, stream))} | ${over(primary.host, receiveBack(primary.host.zfsCommand, into))}`
  return {
    possible: true,
    needs: needsOf(from, raw),
    snapshot: { name: snapshot.name, guid: snapshot.guid, creation: snapshot.creation },
    into,
    command: line({ to: full(snapshot.name), after: null, raw }),
    withHistory:
      oldest === undefined
        ? []
        : [
            line({ to: full(oldest.name), after: null, raw }),
            line({ to: full(snapshot.name), after: full(oldest.name), raw }),
          ],
    properties,
  }
}

/** Why nothing can be said, or done. */
export function noRestore(possible: false | null, because: string): Restore {
  return {
    possible,
    needs: [because],
    snapshot: null,
    into: null,
    command: null,
    withHistory: [],
    properties: null,
  }
}

/** By the address, not the host's id: whoever restores may sit at any machine. */
function over({ hostname, port }: HostConfig, argv: readonly string[]): string {
  const way = ['ssh', ...(port === 22 ? [] : ['-p', String(port)]), hostname]
  return `${shellLine(way)} ${shellWord(shellLine(argv))}`
}

/** Beside the primary dataset, where nothing is yet. */
function newName(dataset: string, now: number): string {
  const suffix = `restored-${isoStamp(now)}`
  const joint = dataset.includes('/') ? '.' : '/'
  const room = NAME_LIMIT - suffix.length - 1
  return `${dataset.slice(0, room).replace(/[/.]{1,300}$/, '')}${joint}${suffix}`
}

function needsOf({ primary, backup, details, properties }: RestoreFrom, raw: boolean): readonly string[] {
  const { facts } = backup.side
  const format = details.get('keyformat') ?? 'unknown'
  const location = details.get('keylocation')
  return [
    `A login on ${backup.host.id} that may send (send, hold) and one on ${primary.host.id} that may receive (receive, create, mount): root, or rights that zwitness does not have.`,
    `${bytesText(facts.referenced)} free in the pool of ${primary.host.id} for the newest state alone.`,
    ...(raw
      ? [
          `The ${format === 'passphrase' ? 'passphrase' : `key (keyformat ${format})`} of ${facts.encryptionRoot ?? backup.dataset}${location === undefined || location === '-' || location === 'none' ? '' : ` (keylocation ${location})`}: the stream comes raw, and without it nobody can read the data. On ${backup.host.id} it is ${facts.keyStatus === 'available' ? 'loaded' : 'not loaded'}.`,
        ]
      : []),
    ...(facts.type === 'volume'
      ? [
          `It is a volume of ${details.get('volsize') ?? 'unknown'} bytes; its size and block size come with the stream.`,
        ]
      : []),
    ...(properties === null
      ? [
          "The primary's own properties could not be read: they come with no stream, and have to be known from elsewhere.",
        ]
      : Object.keys(properties).length === 0
        ? []
        : [
            `Afterwards the primary's own properties again: ${Object.entries(properties)
              .map(([name, value]) => shellWord(`${name}=${value}`))
              .join(' ')}`,
          ]),
  ]
}
