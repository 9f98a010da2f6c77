import type { ZfsFaultKind } from './types.ts'

export interface MessageRule {
  readonly pattern: RegExp
  readonly kind: ZfsFaultKind
  /** Worth another try without a person, after reading both sides again (the plan may then be another one). */
  readonly retryable: boolean
}

const again = (kind: ZfsFaultKind, pattern: RegExp): MessageRule => ({ pattern, kind, retryable: true })
const person = (kind: ZfsFaultKind, pattern: RegExp): MessageRule => ({ pattern, kind, retryable: false })

/**
 * What the messages of zfs and zpool (OpenZFS 2.1 to 2.3, LC_ALL=C) mean, the most telling first: where stderr has
 * several lines, the first rule that fits any of them wins. General ones (`permission denied`) stand at the end.
 *
 * A host may write anything, so no part of a pattern takes as much as there is: a name with its quotes is under 300 bytes.
 */
export const MESSAGE_RULES: readonly MessageRule[] = [
  // The way to zfs
  person('not-root', /ZFS utilities must be run as root/),
  person(
    'modules-not-loaded',
    /ZFS modules (are not loaded|cannot be auto-loaded)|\/dev\/zfs and \/proc\/self\/mounts are required/,
  ),
  person(
    'sudo-password',
    /sudo: a (password|terminal) is required|is not in the sudoers file|is not allowed to (execute|run) /,
  ),
  person(
    'command-not-found',
    /command not found|: not found$|Unknown command|^(env|sudo|timeout): .{0,300}zp?(fs|ool).{0,300}No such file/,
  ),

  // Resume tokens. A resume onto a target that has moved on blames the kernel; it is the token that no longer fits.
  again('token-corrupt', /resume token is corrupt/),
  again(
    'token-stale',
    /used in the initial send no longer exists|no longer the same snapshot used in the initial send/,
  ),
  again('token-stale', /incremental source 0x[0-9a-f]{1,16} no longer exists/),
  again('token-stale', /cannot receive resume stream: kernel modules must be upgraded/),
  person('token-stale', /does not have any resumable receive state/),

  // The receiving side
  again('partial-state', /contains partially-complete state/),
  person('destination-has-snapshots', /destination has snapshots \(eg\. /),
  person('is-clone', /destination .{0,300} is a clone/),
  person('destination-exists', /destination '.{0,300}' exists|Resuming recv on existing destination/),
  again('base-mismatch', /most recent snapshot of .{0,300} does not( match incremental source)?/),
  again('destination-modified', /destination .{0,300} has been modified/),
  // So it says where a snapshot was made on the target while the stream ran (measured); the kernel is as good as before.
  again('destination-modified', /cannot receive incremental stream: kernel modules must be upgraded/),
  person('name-taken', /cannot restore to .{0,300}: destination already exists/),
  person('name-taken', /bookmark exists|tag already exists|dataset already exists|conflicting snapshot/),
  person('quota', /quota exceeded/),
  person('out-of-space', /out of space|No space left on device/),
  person('pool-unavailable', /pool is read-only|pool I\/O is currently suspended|pool is faulted/),
  person(
    'parent-missing',
    /unable to restore to destination|parent '.{0,300}' is not a filesystem|parent does not exist/,
  ),
  person('parent-missing', /local origin for clone .{0,300} does not exist/),
  person('mount-failed', /^cannot mount |may only be mounted by root/),

  // Encryption and versions
  person('key-unavailable', /(inherited|dataset|source) key must be loaded/),
  person('encryption-mismatch', /IV set guid (mismatch|missing)/),
  person('encryption-mismatch', /cannot perform raw receive on top of existing unencrypted dataset/),
  person('encryption-mismatch', /cannot be used to destroy an encrypted filesystem or overwrite an unencrypted/),
  person(
    'encryption-mismatch',
    /crypto parameters not compatible|incompatible embedded data stream feature with encrypted/,
  ),
  person(
    'encryption-mismatch',
    /Spill block flag missing for raw send|encryption key does not match|failed to create encryption key/,
  ),
  person('encryption-mismatch', /may not be sent with properties without the raw flag|outside of its encryption root/),
  again('needs-large-blocks', /requires -L \(--large-block\)/),
  person('version-mismatch', /(kernel modules|pool) must be upgraded to receive this stream/),

  // Properties
  person('property-refused', /cannot receive .{0,300} property on .{0,300}: /),
  again('property-refused', /property '.{0,300}' does not apply to datasets of this type/),
  person('bad-property', /bad property list|invalid property '/),

  // The sending side
  again(
    'source-changed',
    /not an earlier snapshot from the same fs|is not earlier than it|incremental source \(.{0,300}\) does not exist/,
  ),
  person(
    'unrecognised',
    /multiple snapshots cannot be sent from a bookmark|target is busy; if a filesystem, it must not be mounted/,
  ),
  again('snapshot-missing', /cannot open '[^'@#]{0,300}[@#][^']{0,300}': dataset does not exist/),
  person('permission-denied', /cannot hold: permission denied/),

  // Anywhere
  person('name-too-long', /name is too long/),
  person('pool-missing', /no such pool/),
  person('dataset-missing', /dataset does not exist|destination '.{0,300}' does not exist/),
  person('io-error', /I\/O error|input\/output error/i),
  again('busy', /dataset is busy|pool or dataset is busy|it's being held/),
  person('permission-denied', /permission denied|insufficient privileges/i),
  again('interrupted', /checksum mismatch or incomplete stream|: incomplete stream/),
  again('bad-stream', /invalid stream|invalid backup stream/),
  // The remote shell's own words for a command that was killed, by the kernel for want of memory for example.
  again('link-died', /^(\S{1,300}: line \d{1,9}: {1,9}\d{1,9} )?(Killed|Terminated|Hangup)\b/),
  again('link-died', /signal received|broken pipe/i),
  again('nothing-sent', /failed to read from stream/),
]
