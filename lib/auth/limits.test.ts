import { describe, expect, test } from 'bun:test'
import { Problem } from '#lib/runtime/index.ts'
import { LoginThrottle } from './login-throttle.ts'
import { passwordFault } from './password-rules.ts'
import { createPasswords } from './passwords.ts'
import { WriteLimit } from './rate-limit.ts'

function clock() {
  let at = 1_000_000
  return {
    now: () => at,
    later(seconds: number): void {
      at += seconds * 1000
    },
  }
}

describe('failed attempts', () => {
  test('of one account wait longer each time, at most five minutes, from wherever they come', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    const waits: number[] = []
    for (let at = 0; at < 15; at++) {
      let wait = throttle.begin('anna', `10.0.0.${at}`)
      waits.push(wait)
      while (wait > 0) {
        later(wait)
        wait = throttle.begin('anna', `10.0.0.${at}`)
      }
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
    expect(throttle.begin('bert', '10.0.0.1')).toBe(0)
  })

  test('a right one clears the way, an hour of peace too', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    for (let at = 0; at < 5; at++) throttle.begin('anna', 'a')
    expect(throttle.begin('anna', 'a')).toBe(5)
    later(5)
    expect(throttle.begin('anna', 'a')).toBe(0)
    throttle.succeeded('anna', 'a')
    expect(throttle.begin('anna', 'a')).toBe(0)
    for (let at = 0; at < 9; at++) {
      throttle.begin('anna', 'a')
      later(300)
    }
    later(3601)
    for (let at = 0; at < 5; at++) expect(throttle.begin('anna', 'a')).toBe(0)
  })

  test('of very many accounts do not fill the memory, and the latest are kept', () => {
    const { now } = clock()
    const throttle = new LoginThrottle(now)
    for (let at = 0; at < 5; at++) throttle.begin('old', `o${at}`)
    for (let at = 0; at < 11_000; at++) throttle.begin(`name${at}`, `b${at}`)
    expect(throttle.begin('old', 'new')).toBe(0)
    for (let at = 0; at < 4; at++) throttle.begin('name10999', `c${at}`)
    expect(throttle.begin('name10999', 'd')).toBe(5)
  })
})

describe('writes', () => {
  const actor = (kind: 'session' | 'token' | 'socket' | 'none', name = 'x', address = 'a') => ({ kind, name, address })

  test('120, then two a second; each actor has its own', () => {
    const { now, later } = clock()
    const limit = new WriteLimit(now)
    for (let at = 0; at < 120; at++) expect(limit.take(actor('session'))).toBe(0)
    expect(limit.take(actor('session'))).toBe(1)
    expect(limit.take(actor('token'))).toBe(0)
    expect(limit.take(actor('session', 'y'))).toBe(0)
    later(1)
    expect([0, 0, 0].map(() => limit.take(actor('session')))).toEqual([0, 0, 1])
    for (let at = 0; at < 500; at++) expect(limit.take(actor('socket'))).toBe(0)
  })

  test('those without a name are told apart by their address; a clock set back gives nothing away', () => {
    const { now, later } = clock()
    const limit = new WriteLimit(now)
    for (let at = 0; at < 120; at++) limit.take(actor('none', 'anyone', 'a'))
    expect(limit.take(actor('none', 'anyone', 'a'))).toBe(1)
    expect(limit.take(actor('none', 'anyone', 'b'))).toBe(0)
    later(-3600)
    expect(limit.take(actor('none', 'anyone', 'a'))).toBe(1)
  })
})

describe('passwords', () => {
  test('are checked two at a time; who is too many is told to come back', async () => {
    const passwords = createPasswords()
    const hash = await Bun.password.hash('three words long', { algorithm: 'argon2id', memoryCost: 1024, timeCost: 1 })
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify('three words long', hash)))
    const refused = all.filter((one) => one.status === 'rejected')
    expect(refused).toHaveLength(60 - 22)
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(Problem)
      expect((reason as Problem).status).toBe(429)
    }
    // Every place was given back.
    expect(await Promise.all([1, 2, 3].map(() => passwords.verify('three words long', hash)))).toEqual([
      true,
      true,
      true,
    ])
    expect(await passwords.verify('wrong', hash)).toBe(false)
    expect(await passwords.verify('three words long', null)).toBe(false)
  })

  test.each([
    ['three words long', null],
    ['short', 'too short'],
    ['aaaaaaaaaaaa', 'easy to guess'],
    ['administrator', null],
    ['x1y2'.repeat(60), 'longer than 200'],
  ])('%p: %p', (password, fault) => {
    if (fault === null) expect(passwordFault(password, 'anna')).toBeNull()
    else expect(passwordFault(password, 'anna')).toContain(fault)
  })
})
