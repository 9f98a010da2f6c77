import { describe, expect, test } from 'bun:test'
import { classifyTransfer } from './transfer-fault.ts'

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
