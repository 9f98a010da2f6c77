import type { Policy } from '#config/effective.ts'
import { chooseStream, NO_LINE } from '#lib/replication/encryption.ts'
import type { EncryptionMismatch } from '#lib/replication/sentences/evidence.ts'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import type { Probe } from '#lib/san/probe.ts'
import { parentOf, poolOf } from '#lib/zfs/names.ts'
import { shellLine } from '#lib/zfs/shell-word.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { bad, fine, size, skipped, warn } from './found.ts'
import type { Found } from './types.ts'

/** One dataset of a host: its facts, that it is not there, or why that is not known. */
export type Seen = DatasetFacts | 'missing' | { readonly because: string }

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
      `${name} has ${size(facts.written)} written to it since its newest snapshot${mounted}: the next increment may be refused (BACKUP_MODIFIED).`,
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
