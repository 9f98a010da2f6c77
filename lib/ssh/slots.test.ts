import { describe, expect, test } from 'bun:test'
import { backoffMs, pause } from './breaker.ts'
import { chainSlots, createSlots } from './slots.ts'

describe('slots', () => {
  test('are handed out in order and never more than there are', async () => {
    const slots = createSlots(2)
    const order: number[] = []
    let busy = 0
    let most = 0
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (number) => {
        const release = await slots.take()
        order.push(number)
        busy += 1
        most = Math.max(most, busy)
        await Bun.sleep(2)
        busy -= 1
        release()
        release()
      }),
    )
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    expect(most).toBe(2)
  })

  test('one that gives up waiting takes none away', async () => {
    const slots = createSlots(1)
    const release = await slots.take()
    const cancel = new AbortController()
    const waiting = slots.take(cancel.signal)
    const next = slots.take()
    cancel.abort(new Error('enough'))
    expect(waiting).rejects.toThrow('enough')
    release()
    ;(await next)()
    expect(slots.take(AbortSignal.abort())).rejects.toThrow()
    expect(await slots.take()).toBeFunction()
  })

  test('a chain gives back what it had when the next link is not granted', async () => {
    const [hop, host] = [createSlots(1), createSlots(1)]
    const held = await host.take()
    const cancel = new AbortController()
    const waiting = chainSlots([hop, host]).take(cancel.signal)
    await Promise.resolve()
    cancel.abort(new Error('enough'))
    expect(waiting).rejects.toThrow('enough')
    await Bun.sleep(1)
    ;(await hop.take())()
    held()
  })
})

describe('backoff', () => {
  test('doubles to its cap, with full jitter', () => {
    const times = (random: number) =>
      [0, 1, 2, 3, 9].map((n) => backoffMs({ baseMs: 10, capMs: 60, random: () => random }, n))
    expect(times(1)).toEqual([10, 20, 40, 60, 60])
    expect(times(0.5)).toEqual([5, 10, 20, 30, 30])
    expect(times(0)).toEqual([0, 0, 0, 0, 0])
  })

  test('a pause ends with its signal', async () => {
    const cancel = new AbortController()
    const pausing = pause(60_000, cancel.signal)
    cancel.abort()
    expect(await pausing).toBe(false)
    expect(await pause(60_000, cancel.signal)).toBe(false)
    expect(await pause(1)).toBe(true)
  })
})
