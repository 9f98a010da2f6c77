import { describe, expect, test } from 'bun:test'
import { Lane } from './repair-queue.ts'

function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: () => resolve() }
}

describe('the repair lane', () => {
  test('starts the dataset with the least time left first', async () => {
    const started: number[] = []
    const first = gate()
    const lane = new Lane(
      () => ({ total: 1, perHost: () => 2 }),
      () => {},
    )
    const item = (runId: number, timeLeftSeconds: number, done = Promise.resolve()) => ({
      runId,
      timeLeftSeconds,
      hosts: ['p', 'b'] as const,
      backup: 'p/x',
      start: () => {
        started.push(runId)
        return done
      },
    })
    lane.add(item(1, 500, first.promise))
    lane.add(item(2, 400))
    lane.add(item(3, -5))
    expect(lane.position(3)).toBe(1)
    expect(lane.position(2)).toBe(2)
    first.open()
    await lane.idle()
    expect(started).toEqual([1, 3, 2])
  })

  test('a host at its limit lets others pass, and holds only its own', async () => {
    const started: number[] = []
    const first = gate()
    const lane = new Lane(
      () => ({ total: 9, perHost: (host) => (host === 'busy' ? 1 : 9) }),
      () => {},
    )
    const add = (runId: number, backup: string, done = Promise.resolve()) =>
      lane.add({
        runId,
        timeLeftSeconds: runId,
        hosts: ['p', backup],
        backup: 'p/x',
        start: () => {
          started.push(runId)
          return done
        },
      })
    add(1, 'busy', first.promise)
    add(2, 'busy')
    add(3, 'free')
    expect(started).toEqual([1, 3])
    first.open()
    await lane.idle()
    expect(started).toEqual([1, 3, 2])
  })

  test('an item that throws is reported and frees its place', async () => {
    const crashed: number[] = []
    const lane = new Lane(
      () => ({ total: 1, perHost: () => 1 }),
      (runId) => crashed.push(runId),
    )
    lane.add({
      runId: 1,
      timeLeftSeconds: 0,
      hosts: ['p', 'b'],
      backup: 'p/x',
      start: () => Promise.reject(new Error('boom')),
    })
    await lane.idle()
    expect(crashed).toEqual([1])
    expect(lane.size).toEqual({ waiting: 0, running: 0 })
  })

  test('close starts nothing more and names what was left waiting', async () => {
    const first = gate()
    const lane = new Lane(
      () => ({ total: 1, perHost: () => 1 }),
      () => {},
    )
    lane.add({ runId: 1, timeLeftSeconds: 0, hosts: ['p', 'b'], backup: 'p/x', start: () => first.promise })
    lane.add({
      runId: 2,
      timeLeftSeconds: 0,
      hosts: ['p', 'b'],
      backup: 'p/x',
      start: () => Promise.reject(new Error('must not start')),
    })
    const closing = lane.close()
    first.open()
    expect(await closing).toEqual([2])
  })
})
