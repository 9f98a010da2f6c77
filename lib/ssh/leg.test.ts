import { expect, test } from 'bun:test'
import { createLegLog } from './leg.ts'

const N = '0123456789abcdef'
const read = (lines: readonly string[]) => {
  const log = createLegLog(N)
  for (const line of lines) log.onLine(line)
  return log
}

test('a sender: markers and progress are taken out, what it has to say stays', () => {
  const log = read([
    'Banner',
    `@@S:${N}`,
    'full\thqs8p1/a@s1\t2048',
    'incremental\ts1\thqs8p1/a@s2\t4096',
    'resume token contents:',
    'nvlist version: 0',
    '\tobject = 0x2',
    '\ttoname = hqs8p1/a@s1',
    'size\t6144',
    '10:15:01\t1024\thqs8p1/a@s1',
    "warning: cannot send 'hqs8p1/a@s2': permission denied",
    '10:15:02\t2048\thqs8p1/a@s 2',
    '',
    `@@E:${N}:0:1`,
  ])
  expect(log.noise()).toBe('Banner')
  expect(log.stderr()).toBe("warning: cannot send 'hqs8p1/a@s2': permission denied")
  expect(log.exitCode()).toBe(1)
  expect(log.report()).toEqual({ totalBytes: 6144, snapshot: 'hqs8p1/a@s 2', sentBytes: 3072 })
})

test('one that did not end has no exit code, and its last words are kept', () => {
  const log = read([`@@S:${N}`, 'cannot receive: ', 'checksum mismatch'])
  expect(log.exitCode()).toBeNull()
  expect(log.stderr()).toBe('cannot receive: \nchecksum mismatch')
})
