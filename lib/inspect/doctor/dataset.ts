import type { Policy } from '#config/effective.ts'
import { chooseStream, NO_LINE } from '#lib/replication/encryption.ts'
import type { EncryptionMismatch } from '#lib/replication/sentences/evidence.ts'
import { roomIn } from '#lib/replication/space.ts'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import type { Probe } from '#lib/san/probe.ts'
import { shellLine } from '#lib/text/shell.ts'
import { bytesText } from '#lib/text/words.ts'
import { parentOf, poolOf } from '#lib/zfs/names.ts'
import { type PoolStatus, SCRUB_DAYS } from '#lib/zfs/pool.ts'
import type { DatasetFacts, PoolFacts } from '#lib/zfs/types.ts'
import { bad, type Found, fine, skipped, warn } from './types.ts'

/** One dataset of a host: its facts, that it is not there, or why that is not known. */
type Seen = DatasetFacts | 'missing' | { readonly because: string }

export function seenIn(probe: Probe | null, host: string, name: string): Seen {
  if (probe === null) return { because: `${host} could not be asked.` }
  const facts = probe.facts.get(name)
  if (facts !== undefined) return facts
  const fault = probe.faults.get(name)
  if (fault !== undefined) return { because: fault.message }
  if (!probe.missing.has(name)) return { because: `${host} did not answer for ${name}.` }
  if (probe.pools?.has(poolOf(name)) !== true)
    return { because: `its pool ${poolOf(name)} is not imported, or could not be listed.` }
  return 'missing'
}

/** Existence, type equality, encryption. */
export function checkDataset(mapping: Mapping, policy: Policy, primary: Seen, backup: Seen, parent: Seen): Found {
  const { primary: from, backup: to } = mapping
  const here = `${from.host}:${from.dataset}`
  const there = `${to.host}:${to.dataset}`
  if (isUnknown(primary)) return skipped(`${here} could not be looked at: ${primary.because}`)
  if (primary === 'missing')
    return bad(`${here} does not exist.`, 'Correct the name in the configuration, or take the mapping out.')
  if (isUnknown(backup)) return skipped(`${there} could not be looked at: ${backup.because}`)
  if (backup === 'missing') {
    const above = parentOf(to.dataset)
    if (parent === 'missing' && above !== null)
      return bad(
        `${there} does not exist, and ${above}, where it would be received, does not either.`,
        'Make the parent.',
        [{ host: to.host, command: shellLine(['zfs', 'create', '-p', '-o', 'canmount=off', above]) }],
      )
    return warn(`${there} does not exist yet; a repair seeds it.`, `zwitness preview ${mapping.id} shows how.`)
  }
  if (primary.type !== backup.type)
    return bad(
      `${here} is a ${primary.type}, ${there} a ${backup.type}: no stream of the one can be received into the other.`,
      'Name another backup dataset.',
    )
  const found = encryptionOf(policy, primary, backup)
  if (typeof found !== 'string') return bad(...encryptionWords(found.mismatch, here, there))
  return fine(`${here} and ${there} exist: ${primary.type}s${found}.`)
}

/**
 * By what the datasets themselves say. Whether the line is raw stands in its snapshots (`ivsetguid`), which each check
 * reads; here it is taken for raw where nothing speaks against it.
 */
function encryptionOf(
  policy: Policy,
  primary: DatasetFacts,
  backup: DatasetFacts,
): string | { readonly mismatch: EncryptionMismatch } {
  const line = { policy, primary, backup, goesOn: true, ivSets: null, memory: NO_LINE }
  const { mismatch, options } = chooseStream(line)
  if (mismatch === 'iv-sets-unread') return ', both encrypted'
  if (mismatch !== null) return { mismatch }
  return primary.encryption === 'off' ? '' : `, encrypted, sent ${options.raw ? 'raw' : 'decrypted'}`
}

function encryptionWords(mismatch: EncryptionMismatch, here: string, there: string): readonly [string, string] {
  switch (mismatch) {
    case 'key-unavailable':
      return [`The key of ${here} is not loaded, and by \`send.raw: false\` it is sent decrypted.`, 'Load it there.']
    case 'backup-key-unavailable':
      return [`${there} is encrypted, its key is not loaded, and what it is sent is not raw.`, 'Load it there.']
    default:
      return [
        `${here} is encrypted and ${there} is not: nothing is sent decrypted unless you say so.`,
        'Write `send: { raw: false }` if that may be, or let a raw backup be seeded under another name.',
      ]
  }
}

/** readonly, canmount, mounted, written. `canmount` is undefined where it could not be read. */
export function checkBackup(mapping: Mapping, facts: DatasetFacts, canmount: string | undefined): Found {
  const { host, dataset } = mapping.backup
  const name = `${host}:${dataset}`
  const mounted =
    facts.type === 'volume'
      ? ''
      : `, ${facts.mounted ? 'mounted' : 'not mounted'}${canmount === undefined ? '' : ` (canmount=${canmount})`}`
  const setReadonly = { host, command: shellLine(['zfs', 'set', 'readonly=on', dataset]) }
  if (facts.written > 0)
    return warn(
      `${name} has ${bytesText(facts.written)} written to it since its newest snapshot${mounted}: the next increment may be refused (BACKUP_MODIFIED).`,
      `zwitness preview ${mapping.id} shows the repair, which destroys nothing.${facts.readonly ? '' : ' Then make it read-only.'}`,
      facts.readonly ? [] : [setReadonly],
    )
  if (!facts.readonly)
    return warn(
      `${name} is not read-only${mounted}: even reading a mounted backup changes it where atime is on.`,
      'Make it read-only: receiving goes on, and the commonest cause of divergence is gone.',
      [setReadonly],
    )
  return fine(`${name} is read-only, nothing written since its newest snapshot${mounted}.`)
}

export function isUnknown(seen: Seen): seen is { readonly because: string } {
  return typeof seen === 'object' && 'because' in seen
}

const DAY_SECONDS = 86_400
const LOW_SHARE = 0.1

interface PoolSeen {
  readonly host: string
  readonly pool: string
  /** Null: its host lists no such pool; undefined: the pools could not be listed. */
  readonly facts: PoolFacts | null | undefined
  readonly status: PoolStatus | undefined
  readonly isBackup: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

/** State, free space, last scrub. */
export function checkPool(seen: PoolSeen): Found {
  const { host, pool, facts, status } = seen
  const name = `Pool ${pool} of ${host}`
  if (facts === undefined) return bad(`The pools of ${host} could not be listed.`, 'Try `zpool list` there.')
  if (facts === null)
    return bad(`${name} is not imported.`, 'Import it, or correct the name in the configuration.', [
      { host, command: `zpool import ${pool}` },
    ])
  if (facts.health !== 'ONLINE' && facts.health !== 'DEGRADED')
    return bad(`${name} is ${facts.health}.`, 'See zpool status -v.', [{ host, command: `zpool status -v ${pool}` }])
  const room = roomIn(facts)
  const share = room.size === 0 ? 0 : room.free / room.size
  const raw = facts.usable === undefined ? ' as `zpool list` counts' : ''
  const free = `${Math.floor(share * 100)} % free (${bytesText(room.free)}${raw})`
  const scrub = scrubText(status, seen.now)
  const text = `${name} is ${facts.health}, ${free}, ${scrub.text}.`
  if (status?.dataErrors != null)
    return bad(`${text} Errors: ${status.dataErrors}`, 'Data there is damaged: see which, and replace the device.', [
      { host, command: `zpool status -v ${pool}` },
    ])
  if (facts.health === 'DEGRADED')
    return warn(text, 'Replace the failed device; replication goes on meanwhile, but seeds ask.', [
      { host, command: `zpool status -v ${pool}` },
    ])
  if (facts.readonly && seen.isBackup)
    return bad(`${text} It is read-only, so nothing can be received.`, 'Export it and import it without readonly=on.')
  if (share < LOW_SHARE)
    return warn(
      text,
      'Below 10 % ZFS becomes slow, and repairs stop before a full pool breaks every backup in it: free space, or add some.',
    )
  if (scrub.late)
    return warn(text, 'A backup that nobody has read may be damaged unseen: scrub it monthly.', [
      { host, command: `zpool scrub ${pool}` },
    ])
  return fine(text)
}

function scrubText(status: PoolStatus | undefined, now: number): { readonly text: string; readonly late: boolean } {
  if (status === undefined) return { text: 'its last scrub is not known', late: false }
  const { scrub } = status
  if (scrub === null) return { text: 'no scrub on record', late: true }
  if (scrub.running) return { text: 'a scrub runs', late: false }
  if (scrub.endedAt === null) return { text: 'scrubbed at a time that cannot be read', late: false }
  const days = Math.max(0, Math.floor((now / 1000 - scrub.endedAt) / DAY_SECONDS))
  const errors = scrub.errors === null || scrub.errors === 0 ? '' : ` with ${scrub.errors} errors`
  return { text: `last scrub ${days === 0 ? 'today' : `${days} d ago`}${errors}`, late: days > SCRUB_DAYS }
}
