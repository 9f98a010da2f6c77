import { expect, test } from 'bun:test'
import { startChild } from '#lib/process/child.ts'
import { faultHere } from './classify.ts'
import { blame, createByteCount } from './transfer.ts'
import type { LegOutcome, RemoteFaultKind } from './types.ts'

const leg = (exitCode: number | null, stderr = '', kind: RemoteFaultKind | null = null): LegOutcome => ({
  host: 'h',
  started: kind !== 'refused',
  exitCode,
  stderr,
  fault: kind === null ? null : { ...faultHere('h', stderr), kind },
})
const ok = leg(0)
const short = leg(1, 'cannot receive: failed to read from stream', 'command')
const incomplete = leg(
  1,
  'cannot receive: checksum mismatch or incomplete stream.\nPartially received snapshot is saved.',
  'command',
)

/** Recorded with OpenZFS 2.3.9: for one failure of the receiver the sender's code was 0, 1, 141 or 255. */
test.each<[string, LegOutcome, LegOutcome, 'source' | 'sink' | null]>([
  ['both went well', ok, ok, null],
  ['snapshot missing', leg(1, "cannot open 'p/C@nosuch': dataset does not exist", 'command'), short, 'source'],
  ['corrupt token', leg(255, 'cannot resume send: resume token is corrupt', 'command'), short, 'source'],
  ['destination exists, sender done', ok, leg(1, "destination 'p/A' exists", 'command'), 'sink'],
  ['destination exists, sender cut off', leg(null, '', 'lost'), leg(1, "destination 'p/A' exists", 'command'), 'sink'],
  ['quota, sender killed by SIGPIPE', leg(141, '', 'command'), leg(1, 'space quota exceeded', 'command'), 'sink'],
  [
    'quota, sender talks of its pipe',
    leg(1, 'warning: cannot send: Broken pipe', 'command'),
    leg(1, 'out of space', 'command'),
    'sink',
  ],
  ['sender lost its connection', leg(null, 'Timeout, server h not responding.', 'lost'), incomplete, 'source'],
  [
    'noise before the stream',
    leg(141, '', 'command'),
    leg(1, 'cannot receive: invalid stream (bad magic number)', 'command'),
    'sink',
  ],
  ['receiver lost', leg(null, '', 'lost'), leg(null, '', 'lost'), 'sink'],
  ['sender never logged in', leg(null, '', 'refused'), incomplete, 'source'],
  ['receiver never logged in', leg(null), leg(null, '', 'refused'), 'sink'],
  ['sender failed, receiver took the rest for an end', leg(1, 'I/O error', 'command'), ok, 'source'],
])('%s', (_, source, sink, expected) => expect(blame(source, sink)).toBe(expected))

test('counts what a process reads from when it was ready; keepalives are no movement', async () => {
  let now = 0
  const ready = Promise.withResolvers<void>()
  const count = createByteCount(() => now, 1)
  const child = startChild({
    file: 'sh',
    args: ['-c', 'echo; while read -r line; do :; done'],
    stdin: 'open',
    stdout: 'read',
    // It has read its libraries by then.
    onStdout: () => ready.resolve(),
  })
  await ready.promise
  count.begin(child.pid ?? 0)
  expect(count.sample(0)).toBe(0)
  now = 1_000
  expect([count.sample(0), count.lastMovedAt()]).toEqual([0, 0])
  // 2,000 bytes in 1,000 ms are more than the 1 byte per ms that keepalives explain.
  child.endInput('x\n'.repeat(1_000))
  const exit = await child.exited
  expect(exit.exitCode).toBe(0)
})

test('a process that is gone leaves the count where it was', () => {
  const count = createByteCount(() => 0, 1)
  count.begin(2 ** 30)
  expect(count.sample(0)).toBe(0)
})

test('where the kernel counts nothing, what the sender says is the movement, and its silence the stall', () => {
  let now = 0
  const count = createByteCount(
    () => now,
    1,
    () => null,
  )
  count.begin(1)
  now = 60_000
  expect([count.sample(5_000_000), count.lastMovedAt()]).toEqual([5_000_000, 60_000])
  now = 660_000
  expect([count.sample(5_000_000), count.lastMovedAt()]).toEqual([5_000_000, 60_000])
  now = 661_000
  expect([count.sample(9_000_000), count.lastMovedAt()]).toEqual([9_000_000, 661_000])
})

test('what the sender says does not count where the kernel does: it is ahead of what has arrived', () => {
  const count = createByteCount(
    () => 0,
    1,
    () => ({ read: 100, written: 0 }),
  )
  count.begin(1)
  expect(count.sample(5_000_000)).toBe(0)
})
