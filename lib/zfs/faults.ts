import { cleanLine } from '#lib/text/clean.ts'
import type { ZfsFault, ZfsFaultKind } from './types.ts'

/**
 * What the stderr of a failed zfs or zpool command means. Null when it says nothing at all; kind `unrecognised`, with
 * its first sentence, when it says something new.
 */
export function classifyZfs(stderr: string): ZfsFault | null {
  return classifyMessages(stderrMessages(stderr))
}

/** What a command that ended with 0 complains of: the data is there, something about it is not as it was asked. */
export function receiveWarnings(stderr: string): readonly ZfsFault[] {
  return stderrMessages(stderr)
    .filter((message) => !HARMLESS.test(message))
    .map((message) => classifyMessages([message]) ?? unrecognised(message))
}

/** `-I` carried a snapshot that the target has by the same guid. */
const HARMLESS = /^snap .* already exists; ignoring$/

function classifyMessages(messages: readonly string[]): ZfsFault | null {
  const [first] = messages
  if (first === undefined) return null
  for (const { pattern, kind, retryable } of MESSAGE_RULES) {
    const index = messages.findIndex((message) => pattern.test(message))
    if (index >= 0) return { kind, text: withParentLine(messages, index, kind), retryable }
  }
  return unrecognised(first)
}

/** `unable to restore to destination` alone does not name the parent; the line before it does. */
function withParentLine(messages: readonly string[], index: number, kind: ZfsFaultKind): string {
  const text = messages[index] ?? ''
  const before = messages[index - 1]
  return kind === 'parent-missing' && before?.startsWith('cannot open ') ? `${before}; ${text}` : text
}

function unrecognised(text: string): ZfsFault {
  return { kind: 'unrecognised', text, retryable: false }
}

interface MessageRule {
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
const MESSAGE_RULES: readonly MessageRule[] = [
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

/** What `zfs send -v -P` and `zfs send -t` say of their progress: no message. */
const CHATTER =
  /^(full\t|incremental\t|size\t|[0-9]{2}:[0-9]{2}:[0-9]{2}\t|resume token contents:|nvlist version:|\t[a-z]+ = |skipping snapshot )/
/** Second halves: zfs breaks some of its sentences over two lines. */
const CONTINUED =
  /^(since most recent snapshot|match incremental source|must specify -F to overwrite it|must destroy (it|them) to overwrite it)/
/** What follows the usage text (8 KB) or the resume hint never says why. */
const ENDS_HERE = /^(usage:|A resuming stream can be generated)/

/** Of its beginning, which names the cause, and of its end: characters. */
const ENDS = 4096

/** The messages in what zfs or zpool wrote on stderr, one sentence each, cleaned. */
function stderrMessages(stderr: string): readonly string[] {
  const messages: string[] = []
  for (const line of bothEnds(stderr).split('\n')) {
    if (ENDS_HERE.test(line)) break
    if (CHATTER.test(line)) continue
    const text = cleanLine(line).trim()
    if (text === '') continue
    if (CONTINUED.test(text) && messages.length > 0) messages.push(`${messages.pop()} ${text}`)
    else messages.push(text)
  }
  return messages
}

function bothEnds(text: string): string {
  if (text.length <= 2 * ENDS) return text
  const end = text.slice(-ENDS)
  // A line that is cut off at its beginning says something else than it did.
  return `${text.slice(0, ENDS)}\n${end.slice(end.indexOf('\n') + 1)}`
}

interface TransferEnds {
  readonly sendStderr: string
  /** Null when its end was not seen. */
  readonly sendExit: number | null
  readonly receiveStderr: string
  readonly receiveExit: number | null
}

interface TransferFault extends ZfsFault {
  readonly side: 'send' | 'receive'
}

/** What a receiver says when its sender stopped, whatever the sender's reason was. */
const ECHOES: ReadonlySet<ZfsFaultKind> = new Set(['nothing-sent', 'interrupted', 'bad-stream'])
/** What a sender says when its receiver stopped. */
const SIGPIPE = 141
const SIGNALLED = 128
const SSH_ITSELF = 255

/**
 * Why a transfer failed, or null when both ends ended with 0 (which proves nothing yet: read the target again).
 *
 * The receiver speaks first: for one and the same refusal of the receiver the sender ends with 0, 1, 141 or 255. Only
 * where the receiver merely notes that the stream stopped, the sender's own message is the reason.
 */
export function classifyTransfer(ends: TransferEnds): TransferFault | null {
  const fault = blamed(ends)
  const exit = fault?.side === 'send' ? ends.sendExit : ends.receiveExit
  if (fault?.kind !== 'link-died' || exit === null || exit <= SIGNALLED || exit === SIGPIPE || exit === SSH_ITSELF)
    return fault
  return { ...fault, text: `zfs ${fault.side} was ended by a signal (code ${exit}).` }
}

function blamed(ends: TransferEnds): TransferFault | null {
  if (ends.sendExit === 0 && ends.receiveExit === 0) return null
  const received = ends.receiveExit === 0 ? null : classifyZfs(ends.receiveStderr)
  if (received !== null && !ECHOES.has(received.kind)) return { side: 'receive', ...received }
  const sent = ends.sendExit === 0 ? null : classifyZfs(ends.sendStderr)
  if (sent !== null && (received === null || (sent.kind !== 'link-died' && sent.kind !== 'unrecognised')))
    return { side: 'send', ...sent }
  if (received !== null) return { side: 'receive', ...received }
  return silent(ends)
}

/** An end without a word: cut off or killed by a signal where the code says so, else something that no one described. */
function silent({ sendExit, receiveExit }: TransferEnds): TransferFault {
  const receiverFailed = receiveExit !== 0
  const side = receiverFailed ? 'receive' : 'send'
  const exit = receiverFailed ? receiveExit : sendExit
  if (exit === null) return { side, kind: 'link-died', text: `The end of zfs ${side} was not seen.`, retryable: true }
  const signalled = exit === SIGPIPE || exit > SIGNALLED
  const kind: ZfsFaultKind = signalled ? 'link-died' : 'unrecognised'
  return { side, kind, text: `zfs ${side} ended with code ${exit} and said nothing.`, retryable: signalled }
}
