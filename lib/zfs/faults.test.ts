import { describe, expect, test } from 'bun:test'
import { classifyTransfer, classifyZfs, receiveWarnings } from './faults.ts'
import type { ZfsFaultKind } from './types.ts'

type Row = readonly [stderr: string, kind: ZfsFaultKind, retryable: boolean]

/** Printed by OpenZFS 2.3.9 in just this form. */
const SEEN: readonly Row[] = [
  ["cannot open 'nopool/x': dataset does not exist\n", 'dataset-missing', false],
  ["cannot open 'nopool': no such pool\n", 'pool-missing', false],
  ["cannot open 'hqs8p1/s@nope': dataset does not exist\n", 'snapshot-missing', true],
  ["cannot open 'hqs8p1/s#nope': dataset does not exist\n", 'snapshot-missing', true],
  [
    "bad property list: invalid property 'snapshots_changed'\nusage:\n\tlist [-Hp] permission denied\n",
    'bad-property',
    false,
  ],
  ["cannot receive: cannot receive: invalid property 'nosuch'\n", 'bad-property', false],
  ["cannot create bookmark 'hqs8p1/s#m': permission denied\n", 'permission-denied', false],
  ["cannot create bookmark 'hqs8p1/s#m': bookmark exists\n", 'name-taken', false],
  ["cannot open 'hqs8p1/s@nope': dataset does not exist\nusage:\n\tbookmark <snapshot>\n", 'snapshot-missing', true],
  ["warning: cannot send 'hqs8p1/s@a': permission denied\n", 'permission-denied', false],
  ["cannot hold: permission denied\ncannot send 'hqs8p1/s': permission denied\n", 'permission-denied', false],
  ['cannot receive: failed to read from stream\n', 'nothing-sent', true],
  ['cannot receive: invalid stream (bad magic number)\n', 'bad-stream', true],
  ['cannot receive new filesystem stream: incomplete stream\n', 'interrupted', true],
  [
    'cannot receive incremental stream: checksum mismatch or incomplete stream.\nPartially received snapshot is saved.\nA resuming stream can be generated on the sending system by running:\n    zfs send -t 1-a-b-cd\n',
    'interrupted',
    true,
  ],
  [
    "cannot receive resume stream: Resuming recv on existing destination 'hqs1p1/old'\nmust specify -F to overwrite it\n",
    'destination-exists',
    false,
  ],
  [
    "cannot receive new filesystem stream: destination 'hqs1p1/t' exists\nmust specify -F to overwrite it\n",
    'destination-exists',
    false,
  ],
  [
    'cannot receive new filesystem stream: destination has snapshots (eg. hqs1p1/ep@1)\nmust destroy them to overwrite it\n',
    'destination-has-snapshots',
    false,
  ],
  ["cannot receive incremental stream: destination 'hqs1p1/w' does not exist\n", 'dataset-missing', false],
  [
    'cannot receive incremental stream: most recent snapshot of hqs1p1/s does not\nmatch incremental source\n',
    'base-mismatch',
    true,
  ],
  [
    'cannot receive incremental stream: destination hqs1p1/s has been modified\nsince most recent snapshot\n',
    'destination-modified',
    true,
  ],
  ['cannot restore to hqs1p1/s@s5: destination already exists\n', 'name-taken', false],
  [
    'cannot receive incremental stream: destination hqs1p1/w contains partially-complete state from "zfs receive -s".\n',
    'partial-state',
    true,
  ],
  ['cannot receive resume stream: kernel modules must be upgraded to receive this stream.\n', 'token-stale', true],
  ["cannot resume send: 'hqs8p1/s@d' used in the initial send no longer exists\n", 'token-stale', true],
  ["cannot resume send: 'hqs8p1/s@d' is no longer the same snapshot used in the initial send\n", 'token-stale', true],
  ['cannot resume send: incremental source 0x1863d606645431bf no longer exists\n', 'token-stale', true],
  ['cannot resume send: resume token is corrupt (decompression failed)\n', 'token-corrupt', true],
  ['cannot resume send: resume token is corrupt (invalid format)\n', 'token-corrupt', true],
  ["'hqs1p1/s' does not have any resumable receive state to abort\n", 'token-stale', false],
  ["cannot destroy 'hqs1p1/s/%recv': permission denied\n", 'permission-denied', false],
  ['cannot receive new filesystem stream: permission denied\n', 'permission-denied', false],
  ["cannot set property for 'hqs1p1/t': permission denied\n", 'permission-denied', false],
  [
    "cannot open 'hqs1p1/no': dataset does not exist\ncannot receive new filesystem stream: unable to restore to destination\n",
    'parent-missing',
    false,
  ],
  ["cannot receive new filesystem stream: parent 'hqs1p1/v2' is not a filesystem\n", 'parent-missing', false],
  ['cannot receive new filesystem stream: destination hqs1p1/q/x space quota exceeded.\n', 'quota', false],
  [
    "cannot receive new filesystem stream: property 'canmount' does not apply to datasets of this type\n",
    'property-refused',
    true,
  ],
  ['cannot receive quota property on hqs1p1/j: permission denied\n', 'property-refused', false],
  ["cannot mount '/pools/hqs1p1/m': failed to create mountpoint: Permission denied\n", 'mount-failed', false],
  [
    'cannot receive incremental stream: cannot perform raw receive on top of existing unencrypted dataset\n',
    'encryption-mismatch',
    false,
  ],
  ['cannot receive incremental stream: inherited key must be loaded\n', 'key-unavailable', false],
  ["warning: cannot send 'hqs8p1/e@2': dataset key must be loaded\n", 'key-unavailable', false],
  ["warning: cannot send 'hqs8p1/s@a': not an earlier snapshot from the same fs\n", 'source-changed', true],
  ['Error: multiple snapshots cannot be sent from a bookmark.\n', 'unrecognised', false],
  ["warning: cannot send 'hqs8p1/s': target is busy; if a filesystem, it must not be mounted\n", 'unrecognised', false],
  [
    "cannot destroy snapshot hqs8p1/s@b: it's being held. Run 'zfs holds -r hqs8p1/s@b' to see holders.\n",
    'busy',
    true,
  ],
  ["cannot unmount '/pools/hqs8p1/zl': pool or dataset is busy\n", 'busy', true],
  [`cannot open 'hqs1p1/${'a'.repeat(250)}': name is too long\n`, 'name-too-long', false],
  ["cannot hold snapshot 'hqs8p1/s@s1': tag already exists on this dataset\n", 'name-taken', false],
  ['sh: 1: zfss: not found\n', 'command-not-found', false],
  ['sudo: a password is required\n', 'sudo-password', false],
  ["Sorry, user zfsadmin is not allowed to execute '/usr/bin/id' as root on localhost.\n", 'sudo-password', false],
  ['Permission denied the ZFS utilities must be run as root.\n', 'not-root', false],
]

/** From OpenZFS's source and from the field. */
const KNOWN: readonly Row[] = [
  ['cannot receive: invalid backup stream', 'bad-stream', true],
  ['cannot receive incremental stream: dataset is busy', 'busy', true],
  ["cannot destroy 'p/A/%recv': dataset is busy", 'busy', true],
  ['cannot receive incremental stream: IV set guid mismatch. See the zfs(8) man page', 'encryption-mismatch', false],
  ['cannot receive incremental stream: IV set guid missing', 'encryption-mismatch', false],
  [
    'cannot receive new filesystem stream: zfs receive -F cannot be used to destroy an encrypted filesystem or overwrite an unencrypted one with an encrypted one',
    'encryption-mismatch',
    false,
  ],
  ['cannot receive: stream uses crypto parameters not compatible with this pool', 'encryption-mismatch', false],
  ['cannot receive: incompatible embedded data stream feature with encrypted receive.', 'encryption-mismatch', false],
  ['cannot receive: Spill block flag missing for raw send.', 'encryption-mismatch', false],
  ['cannot receive: encryption key does not match existing key', 'encryption-mismatch', false],
  ['cannot receive: failed to create encryption key', 'encryption-mismatch', false],
  [
    "warning: cannot send 'p@s': encrypted dataset may not be sent with properties without the raw flag",
    'encryption-mismatch',
    false,
  ],
  ["cannot rename 'p/e/k': cannot move encrypted child outside of its encryption root", 'encryption-mismatch', false],
  ["warning: cannot send 'p@s': source key must be loaded", 'key-unavailable', false],
  [
    'cannot receive incremental stream: kernel modules must be upgraded to receive this stream.',
    'destination-modified',
    true,
  ],
  [
    'cannot receive new filesystem stream: kernel modules must be upgraded to receive this stream.',
    'version-mismatch',
    false,
  ],
  ['cannot receive: pool must be upgraded to receive this stream.', 'version-mismatch', false],
  [
    'cannot receive: incremental send stream requires -L (--large-block), to match previous receive.',
    'needs-large-blocks',
    true,
  ],
  ['cannot receive new filesystem stream: out of space', 'out-of-space', false],
  ["cannot create 'p/x': out of space", 'out-of-space', false],
  ['cannot receive: pool is read-only', 'pool-unavailable', false],
  ["cannot open 'p': pool I/O is currently suspended", 'pool-unavailable', false],
  ["warning: cannot send 'p@s': I/O error", 'io-error', false],
  ["cannot receive: destination 'p/x' is a clone\nmust destroy it to overwrite it", 'is-clone', false],
  ['cannot receive: local origin for clone p/x@s does not exist', 'parent-missing', false],
  ['filesystem successfully created, but it may only be mounted by root', 'mount-failed', false],
  ['incremental source (p/x@a) does not exist', 'source-changed', true],
  ["warning: cannot send 'p@s': incremental source (@b) is not earlier than it", 'source-changed', true],
  ["warning: cannot send 'p@s': signal received", 'link-died', true],
  ["warning: cannot send 'p@s': Broken pipe", 'link-died', true],
  ['The ZFS modules are not loaded.\nTry running modprobe zfs as root to load them.', 'modules-not-loaded', false],
  ['/dev/zfs and /proc/self/mounts are required.', 'modules-not-loaded', false],
  ['bash: line 1: zfs: command not found', 'command-not-found', false],
  ['sudo: zfs: command not found', 'command-not-found', false],
  ["env: 'zfs': No such file or directory", 'command-not-found', false],
  ["cannot promote 'p/b': conflicting snapshot 's1' from parent 'p/a'", 'name-taken', false],
  ["cannot create 'p/b': dataset already exists", 'name-taken', false],
  ['something that nobody has ever seen', 'unrecognised', false],
]

describe.each([
  ['seen on a real host', SEEN],
  ['known from source and field', KNOWN],
])('%s', (_, rows) => {
  test.each(rows)('%p', (stderr, kind, retryable) => {
    expect(classifyZfs(stderr)).toMatchObject({ kind, retryable })
  })
})

describe('the text that is shown', () => {
  test('joins what zfs breaks over two lines', () => {
    expect(
      classifyZfs('cannot receive incremental stream: destination p/s has been modified\nsince most recent snapshot\n')
        ?.text,
    ).toBe('cannot receive incremental stream: destination p/s has been modified since most recent snapshot')
  })

  test('names the missing parent', () => {
    expect(
      classifyZfs(
        "cannot open 'p/no': dataset does not exist\ncannot receive new filesystem stream: unable to restore to destination\n",
      )?.text,
    ).toBe(
      "cannot open 'p/no': dataset does not exist; cannot receive new filesystem stream: unable to restore to destination",
    )
  })

  test('is clean and short, whatever the host prints', () => {
    const fault = classifyZfs(`\u001b[31mcannot open '\u202Ep': permission denied${'!'.repeat(100_000)}`)
    expect(fault?.kind).toBe('permission-denied')
    expect(fault?.text).not.toMatch(/\p{Cc}|\p{Cf}/u)
    expect(fault?.text.length).toBeLessThanOrEqual(4096)
  })

  test('is found at the beginning and at the end, whatever stands between', () => {
    const between = 'snap p/s@a already exists; ignoring\n'.repeat(2000)
    expect(classifyZfs(`${between}cannot receive incremental stream: dataset is busy\n`)?.kind).toBe('busy')
    expect(classifyZfs(`cannot open 'p/s': dataset does not exist\n${between}`)?.kind).toBe('dataset-missing')
  })

  test('is not the progress of a send', () => {
    const stderr =
      "resume token contents:\nnvlist version: 0\n\ttoname = p/s@d\nfull\tp/s@d\t23501016\nsize\t23501016\n19:46:36\t2236376\tp/s@d\nwarning: cannot send 'p/s@d': signal received\n"
    expect(classifyZfs(stderr)?.text).toBe("warning: cannot send 'p/s@d': signal received")
  })
})

test('silence is no fault', () => {
  expect(classifyZfs('')).toBeNull()
  expect(classifyZfs('\n \nsize\t12\n')).toBeNull()
})

describe('receiveWarnings, of a receive that ended with 0', () => {
  test('one for each complaint', () => {
    const stderr =
      "cannot receive quota property on hqs1p1/j: permission denied\ncannot mount '/pools/hqs1p1/j': failed to create mountpoint: Permission denied\nodd\n"
    expect(receiveWarnings(stderr).map((each) => each.kind)).toEqual([
      'property-refused',
      'mount-failed',
      'unrecognised',
    ])
  })

  test('a snapshot that both sides have is none', () => {
    expect(receiveWarnings('snap p/s@a already exists; ignoring\n')).toEqual([])
  })
})

const NOT_READ = 'cannot receive: failed to read from stream\n'
const CUT =
  'cannot receive incremental stream: checksum mismatch or incomplete stream.\nPartially received snapshot is saved.\n'
const MODIFIED = 'cannot receive incremental stream: destination p/A has been modified\nsince most recent snapshot\n'
const DENIED = "warning: cannot send 'p/C@s1': permission denied\n"

describe('classifyTransfer', () => {
  test.each([
    ['both well', 0, '', 0, '', null],
    ['the receiver refused, the sender ended with 0', 0, '', 1, MODIFIED, ['receive', 'destination-modified']],
    ['the receiver refused, the sender got SIGPIPE', 141, '', 1, MODIFIED, ['receive', 'destination-modified']],
    ['the receiver refused, the sender ended with 255', 255, '', 1, MODIFIED, ['receive', 'destination-modified']],
    [
      'the receiver refused, the sender saw a broken pipe',
      1,
      "warning: cannot send 'p@s': Broken pipe\n",
      1,
      MODIFIED,
      ['receive', 'destination-modified'],
    ],
    ['the sender had no right', 1, DENIED, 1, NOT_READ, ['send', 'permission-denied']],
    [
      'the token is stale',
      255,
      'cannot resume send: incremental source 0xf7f2 no longer exists\n',
      1,
      NOT_READ,
      ['send', 'token-stale'],
    ],
    ['the sender failed half-way', 1, "warning: cannot send 'p@s': I/O error\n", 1, CUT, ['send', 'io-error']],
    ['the link was cut', 255, '', 1, CUT, ['receive', 'interrupted']],
    [
      'the sender was told that the pipe broke',
      1,
      "warning: cannot send 'p@s': signal received\n",
      1,
      CUT,
      ['receive', 'interrupted'],
    ],
    ['nothing came and nobody says why', 0, '', 1, NOT_READ, ['receive', 'nothing-sent']],
    ['only the sender failed', 1, DENIED, 0, '', ['send', 'permission-denied']],
    ['only the sender failed, silently', 3, '', 0, '', ['send', 'unrecognised']],
    ['the receiver was killed', 141, '', 137, '', ['receive', 'link-died']],
    ['the receiver was killed, and sh says so', 141, '', 137, 'Killed\n', ['receive', 'link-died']],
    [
      'the sender was killed, and bash says so',
      143,
      'bash: line 1:  4711 Terminated              zfs send p@s\n',
      1,
      NOT_READ,
      ['receive', 'nothing-sent'],
    ],
    ['the end of the receiver was not seen', 0, '', null, '', ['receive', 'link-died']],
    ['the receiver warned and ended with 0, the sender failed', 255, '', 0, 'cannot mount x', ['send', 'link-died']],
    ['the receiver failed without a word', 0, '', 2, '', ['receive', 'unrecognised']],
  ] as const)('%s', (_, sendExit, sendStderr, receiveExit, receiveStderr, answer) => {
    const fault = classifyTransfer({ sendExit, sendStderr, receiveExit, receiveStderr })
    expect(fault === null ? null : [fault.side, fault.kind]).toEqual(answer === null ? null : [...answer])
  })

  test('a cut or killed transfer is worth another try, an unknown failure is not', () => {
    const ends = { sendStderr: '', receiveStderr: '', sendExit: 0 }
    expect(classifyTransfer({ ...ends, receiveExit: null })?.retryable).toBe(true)
    expect(classifyTransfer({ ...ends, receiveExit: 137 })?.retryable).toBe(true)
    expect(classifyTransfer({ ...ends, receiveExit: 137, receiveStderr: 'Killed\n' })).toMatchObject({
      text: 'zfs receive was ended by a signal (code 137).',
      retryable: true,
    })
    expect(classifyTransfer({ ...ends, receiveExit: 2 })?.retryable).toBe(false)
  })
})
