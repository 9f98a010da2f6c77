import { expect, test } from 'bun:test'
import { startChild } from '#lib/process/child.ts'
import { createByteCount } from './byte-count.ts'

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
