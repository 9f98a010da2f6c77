import { describe, expect, test } from 'bun:test'
import { createBreaker } from './breaker.ts'
import { faultHere } from './classify.ts'
import type { RemoteFaultKind } from './types.ts'

const fault = (kind: RemoteFaultKind) => ({ ...faultHere('h', kind), kind })

function setUp() {
  let now = 0
  const breaker = createBreaker({ now: () => now, openMs: 100 })
  return {
    breaker,
    wait: (ms: number) => {
      now += ms
    },
    fail: (kind: RemoteFaultKind, times = 1) => {
      for (let time = 0; time < times; time += 1) {
        if (breaker.enter() === null) breaker.report(fault(kind))
      }
    },
  }
}

describe('the breaker of a host', () => {
  test('opens after three failures of the way to it, in a row', () => {
    const { breaker, fail } = setUp()
    fail('refused', 2)
    breaker.report(null)
    fail('timeout', 2)
    expect(breaker.isOpen).toBe(false)
    fail('lost')
    expect(breaker.enter()).toMatchObject({ kind: 'lost' })
  })

  test('one failure that many waited for counts once', () => {
    const { breaker } = setUp()
    const shared = fault('refused')
    for (let caller = 0; caller < 40; caller += 1) breaker.report(shared)
    expect(breaker.isOpen).toBe(false)
  })

  test('then lets one probe through, whose answer decides', () => {
    const { breaker, fail, wait } = setUp()
    fail('refused', 3)
    wait(99)
    expect(breaker.enter()).not.toBeNull()
    wait(1)
    expect(breaker.enter()).toBeNull()
    expect(breaker.enter()).not.toBeNull()
    breaker.report(fault('timeout'))
    expect(breaker.enter()).toMatchObject({ kind: 'timeout' })
    wait(100)
    expect(breaker.enter()).toBeNull()
    breaker.report('none')
    expect(breaker.enter()).toBeNull()
    breaker.report(null)
    expect(breaker.isOpen).toBe(false)
  })

  test.each<RemoteFaultKind>(['auth', 'host-key-changed', 'host-key-unknown', 'account'])(
    '%s opens it at once, for long: a locked-out witness sees nothing at all; a person who acted need not wait',
    (kind) => {
      const { breaker, fail, wait } = setUp()
      fail(kind)
      wait(1499)
      expect(breaker.enter()).toMatchObject({ kind })
      wait(1)
      expect(breaker.enter()).toBeNull()
      expect(breaker.enter()).toMatchObject({ kind })
      breaker.report(fault(kind))
      expect(breaker.enter()).toMatchObject({ kind })
      breaker.reset()
      expect(breaker.enter()).toBeNull()
    },
  )

  test('a host that is slow has answered: nothing opens, and what was open closes', () => {
    const { breaker, fail, wait } = setUp()
    fail('too-slow', 10)
    expect(breaker.isOpen).toBe(false)
    fail('refused', 3)
    wait(100)
    expect(breaker.enter()).toBeNull()
    breaker.report(fault('too-slow'))
    expect([breaker.isOpen, breaker.enter()]).toEqual([false, null])
  })

  test.each<RemoteFaultKind>(['command', 'local', 'key-file', 'cancelled', 'too-much-output'])(
    '%s says nothing of the way',
    (kind) => {
      const { breaker, fail } = setUp()
      fail(kind, 10)
      expect(breaker.isOpen).toBe(false)
    },
  )
})
