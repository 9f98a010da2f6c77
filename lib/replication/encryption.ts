import type { Policy } from '#config/effective.ts'
import type { SendOptions } from '#lib/zfs/commands.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'

export type EncryptionMismatch = 'key-unavailable' | 'raw-onto-plain' | 'backup-key-unavailable'

/** How the streams of a mapping are sent, or why no stream of it can arrive. */
export interface StreamChoice {
  readonly options: SendOptions
  readonly mismatch: EncryptionMismatch | null
}

/**
 * `raw: auto` is raw where the primary is encrypted and the backup is still to be made, or is an encryption root of its
 * own (what a raw receive leaves). A backup of null does not exist yet.
 */
export function chooseStream(policy: Policy, primary: DatasetFacts, backup: DatasetFacts | null): StreamChoice {
  const encrypted = primary.encryption !== 'off'
  const fitsRaw = backup === null || (backup.encryption !== 'off' && backup.encryptionRoot === backup.name)
  const raw = encrypted && (policy.send.raw === 'auto' ? fitsRaw : policy.send.raw)
  const options = {
    raw,
    largeBlocks: policy.send.largeBlocks,
    compressed: policy.send.compressed,
    // Embedded blocks cannot be received below an encrypted parent, and save next to nothing.
    embedded: false,
  }
  return { options, mismatch: mismatch(raw, fitsRaw, encrypted, primary, backup) }
}

function mismatch(
  raw: boolean,
  fitsRaw: boolean,
  encrypted: boolean,
  primary: DatasetFacts,
  backup: DatasetFacts | null,
): EncryptionMismatch | null {
  if (raw) return fitsRaw ? null : 'raw-onto-plain'
  if (encrypted && primary.keyStatus === 'unavailable') return 'key-unavailable'
  if (backup !== null && backup.encryption !== 'off' && backup.keyStatus === 'unavailable')
    return 'backup-key-unavailable'
  return null
}
