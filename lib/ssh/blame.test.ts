import { expect, test } from 'bun:test'
import { blame } from './blame.ts'
import { faultHere } from './classify.ts'
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
