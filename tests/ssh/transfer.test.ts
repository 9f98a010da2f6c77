import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import type { SshClient } from '#lib/ssh/ssh.ts'
import type { TransferProgress, TransferRequest } from '#lib/ssh/types.ts'
import { processesWith, type SshWorld, startSshWorld } from './fixture.ts'

setDefaultTimeout(600_000)

let world: SshWorld
let ssh: SshClient
beforeAll(async () => {
  world = await startSshWorld(['alpha', 'beta'])
  ssh = world.client()
})
afterAll(() => world.stop())

const sh = (script: string): readonly string[] => ['sh', '-c', script]
const transfer = (source: readonly string[], sink: readonly string[], more: Partial<TransferRequest> = {}) =>
  ssh.transfer({
    source: { host: 'alpha', argv: source },
    sink: { host: 'beta', argv: sink },
    bandwidthLimit: null,
    stallMs: 20_000,
    ...more,
  })
const count = sh('wc -c >&2')

/** Bytes that the threads of this process have read so far. (The process's own count has those of its children in it.) */
async function bytesRead(): Promise<number> {
  const threads = await readdir('/proc/self/task')
  const each = threads.map(async (thread) => {
    // One that ended meanwhile reads no more.
    const io = await Bun.file(`/proc/self/task/${thread}/io`)
      .text()
      .catch(() => 'rchar: 0\n')
    return Number(/^rchar: (\d+)$/m.exec(io)?.[1])
  })
  return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0)
}

describe('a transfer between two real sshd', () => {
  test('200 MB arrive whole; the count is right; they do not pass through our own process', async () => {
    const seen: TransferProgress[] = []
    const before = await bytesRead()
    const outcome = await transfer(['head', '-c', '200000000', '/dev/zero'], count, {
      onProgress: (progress) => seen.push(progress),
    })
    const read = (await bytesRead()) - before
    expect(outcome).toMatchObject({ ended: 'completed', blame: null })
    expect(outcome.source).toMatchObject({ host: 'alpha', started: true, exitCode: 0, stderr: '', fault: null })
    expect(outcome.sink).toMatchObject({ host: 'beta', started: true, exitCode: 0, stderr: '200000000', fault: null })
    expect(outcome.bytes).toBeGreaterThanOrEqual(200_000_000)
    expect(outcome.bytes).toBeLessThan(200_400_000)
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.map((progress) => progress.bytes)).toEqual(seen.map((progress) => progress.bytes).sort((a, b) => a - b))
    // Through this process it would be all of them.
    expect(read).toBeLessThan(100_000_000)
  }, 300_000)

  test('a small one is counted too, though it ends between two looks', async () => {
    const outcome = await transfer(['head', '-c', '50000', '/dev/zero'], count)
    expect(outcome.sink.stderr).toBe('50000')
    expect(Math.abs(outcome.bytes - 50_000)).toBeLessThan(1_000)
  })

  test('the progress of `zfs send -v -P` is read and is no part of its stderr', async () => {
    const seen: TransferProgress[] = []
    const says = 'full\\tp/a@s1\\t1000\\nsize\\t123456\\n10:00:00\\t77\\tp/a@s1\\nwarning: odd\\n'
    const source = sh(`printf "${says}" >&2; head -c 5000 /dev/zero; sleep 0.5`)
    const outcome = await transfer(source, count, { onProgress: (progress) => seen.push(progress) })
    expect(outcome.source.stderr).toBe('warning: odd')
    expect(seen.at(-1)).toMatchObject({ totalBytes: 123_456, snapshot: 'p/a@s1' })
  })

  test('the limit of pv holds', async () => {
    const outcome = await transfer(['head', '-c', '3000000', '/dev/zero'], count, { bandwidthLimit: 1_000_000 })
    expect(outcome).toMatchObject({ ended: 'completed', sink: { stderr: '3000000' } })
    expect(outcome.durationMs).toBeGreaterThan(2_000)
  })

  test('slow is not stalled: as long as bytes move now and then it may take longer than the stall limit', async () => {
    const outcome = await transfer(sh('for i in 1 2 3 4 5 6 7; do head -c 9000 /dev/zero; sleep 1; done'), count, {
      stallMs: 5_000,
    })
    expect(outcome).toMatchObject({ ended: 'completed', sink: { stderr: '63000' } })
    expect(outcome.durationMs).toBeGreaterThan(5_000)
  })

  test('four at once, both ways', async () => {
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((n) => transfer(['head', '-c', `${n}000000`, '/dev/zero'], count)),
    )
    expect(outcomes.map((outcome) => outcome.sink.stderr)).toEqual(['1000000', '2000000', '3000000', '4000000'])
  })
})

describe('a transfer that fails', () => {
  test('at the sender: the receiver only says that its stream was short', async () => {
    const outcome = await transfer(
      sh('echo "cannot open p/a@x: dataset does not exist" >&2; exit 1'),
      sh('cat >/dev/null; echo "cannot receive: failed to read from stream" >&2; exit 1'),
    )
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'source', bytes: 0 })
    expect(outcome.source.fault).toMatchObject({
      kind: 'command',
      exitCode: 1,
      message: expect.stringContaining('does not exist'),
    })
  })

  test('at the receiver: the sender is cut off, whatever code it ends with', async () => {
    const outcome = await transfer(
      ['cat', '/dev/zero'],
      sh('head -c 100000 >/dev/null; echo "out of space" >&2; exit 1'),
    )
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'sink' })
    expect(outcome.sink.fault).toMatchObject({ kind: 'command', message: '`sh -c` on beta ended with 1: out of space' })
    expect(outcome.source.fault?.message).toContain('the receiver on beta had ended')
  })

  test('at the receiver while the sender is silent: the sender is not waited for', async () => {
    const outcome = await transfer(['sleep', '8822.1'], sh('echo "destination exists" >&2; exit 1'))
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'sink' })
    expect(await processesWith('sleep 8822.1', 60_000)).toBe(0)
  })

  test('a program that is not there is said to be not there', async () => {
    const outcome = await transfer(['zfs-not-here', 'send'], sh('cat >/dev/null'))
    expect(outcome.blame).toBe('source')
    expect(outcome.source.fault?.message).toContain('was not found on alpha')
  })

  test('a receiver that cannot be reached: nothing is sent', async () => {
    const client = world.client(world.settings((host) => (host.id === 'beta' ? { ...host, port: 1 } : host)))
    const outcome = await client.transfer({
      source: { host: 'alpha', argv: sh('touch /tmp/zw-must-not-exist') },
      sink: { host: 'beta', argv: ['cat'] },
      bandwidthLimit: null,
      stallMs: 20_000,
    })
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'sink', bytes: 0 })
    expect(outcome.sink).toMatchObject({ started: false, exitCode: null, fault: { kind: 'refused' } })
    expect(outcome.source).toMatchObject({ started: false, fault: null })
    expect(await Bun.file('/tmp/zw-must-not-exist').exists()).toBe(false)
  })

  test('a sender that cannot be reached: the receiver ends by itself', async () => {
    const client = world.client(world.settings((host) => (host.id === 'alpha' ? { ...host, port: 1 } : host)))
    const outcome = await client.transfer({
      source: { host: 'alpha', argv: ['true'] },
      sink: { host: 'beta', argv: sh('cat >/dev/null; exit 1') },
      bandwidthLimit: null,
      stallMs: 20_000,
    })
    expect(outcome).toMatchObject({ ended: 'failed', blame: 'source', source: { fault: { kind: 'refused' } } })
  })
})

test('who counts is told of every batch and every leg that was begun, and what came of it', async () => {
  const seen: string[] = []
  const client = world.client(
    world.settings((host) => (host.id === 'beta' ? { ...host, port: 1 } : host)),
    { observe: ({ host, command, result, seconds }) => seen.push(`${host} ${command} ${result} ${seconds >= 0}`) },
  )
  await client.batch('alpha', [{ id: 'no', argv: ['false'] }])
  await client.batch('beta', [{ id: 'yes', argv: ['true'] }], { tries: 1 })
  const legs = { source: { host: 'alpha', argv: ['true'] }, sink: { host: 'beta', argv: ['cat'] } }
  await client.transfer({ ...legs, bandwidthLimit: null, stallMs: 20_000 })
  expect(seen).toEqual(['alpha batch ok true', 'beta batch refused true', 'beta transfer refused true'])
})

describe('a transfer that is ended', () => {
  test('stalled: the receiver sees the end of its stream and may save what it has', async () => {
    const outcome = await transfer(
      sh('head -c 100000 /dev/zero; sleep 8822.2'),
      sh('wc -c >&2; sleep 0.5; echo "Partially received snapshot is saved." >&2; exit 1'),
      { stallMs: 12_000 },
    )
    expect(outcome).toMatchObject({ ended: 'stalled', blame: null })
    expect(outcome.sink).toMatchObject({ exitCode: 1, stderr: '100000\nPartially received snapshot is saved.' })
    expect(outcome.sink.fault).toMatchObject({ kind: 'timeout', retryable: true })
    expect(await processesWith('sleep 8822.2', 60_000)).toBe(0)
  })

  test('cancelled in mid-stream', async () => {
    const cancel = new AbortController()
    const outcome = await transfer(
      sh('cat /dev/zero # 8822.3'),
      sh('cat >/dev/null; echo saved >&2; exit 1 # 8822.3'),
      {
        signal: cancel.signal,
        onProgress: ({ bytes }) => {
          if (bytes > 1_000_000) cancel.abort()
        },
      },
    )
    expect(outcome).toMatchObject({ ended: 'cancelled', blame: null, sink: { stderr: 'saved' } })
    expect(await processesWith('8822.3', 60_000)).toBe(0)
  })

  test('cancelled before it began: nothing was started', async () => {
    const outcome = await transfer(['true'], ['cat'], { signal: AbortSignal.abort() })
    expect(outcome).toMatchObject({ ended: 'cancelled', source: { started: false }, sink: { started: false } })
  })

  test('a receiver that neither reads nor ends: its connection is given up after its grace', async () => {
    const outcome = await transfer(['sleep', '8822.4'], sh('trap "" TERM; sleep 30 # 8822.5'), {
      stallMs: 1_000,
    })
    expect(outcome.ended).toBe('stalled')
  })
})
