import { describe, expect, test } from 'bun:test'
import { anonymous } from '#lib/runtime/actor.ts'
import { type AuditEntry, createStrangerAudit } from './audit.ts'
import { WriteLimit } from './guard.ts'
import { LoginThrottle, type Way } from './guessing.ts'
import { networkOf } from './networks.ts'
import { createPasswords, NoPlace, passwordFault } from './passwords.ts'

function clock() {
  let at = 1_000_000
  return {
    now: () => at,
    later(seconds: number): void {
      at += seconds * 1000
    },
  }
}

/** An attempt of a stranger: it counts, or how long it has to wait. */
function tries(throttle: LoginThrottle, account: string, address: string): number {
  const begun = throttle.begin(stranger(account, address))
  return begun.ok ? 0 : begun.waitSeconds
}

function stranger(account: string, address: string): Way {
  return { kind: 'stranger', account, network: networkOf(address), returning: false }
}

describe('failed attempts', () => {
  test('of one account wait longer each time, at most five minutes, from wherever they come', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    const waits: number[] = []
    for (let at = 0; at < 15; at++) {
      let wait = tries(throttle, 'anna', `10.0.0.${at}`)
      waits.push(wait)
      while (wait > 0) {
        later(wait)
        wait = tries(throttle, 'anna', `10.0.0.${at}`)
      }
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
    expect(tries(throttle, 'bert', '10.0.0.1')).toBe(0)
  })

  test('a right one clears the way, an hour of peace too', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    const anna = stranger('anna', '10.0.0.1')
    for (let at = 0; at < 5; at++) throttle.begin(anna)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(5)
    later(5)
    const right = throttle.begin(anna)
    throttle.succeeded(anna, right)
    expect(right.ok).toBe(true)
    for (let at = 0; at < 5; at++) expect(tries(throttle, 'anna', '10.0.0.1')).toBe(0)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBeGreaterThan(0)
    later(3601)
    for (let at = 0; at < 5; at++) expect(tries(throttle, 'anna', '10.0.0.1')).toBe(0)
  })

  test('are not washed away by any number of other names and addresses', () => {
    const { now } = clock()
    const throttle = new LoginThrottle(now)
    for (let at = 0; at < 5; at++) tries(throttle, 'anna', `10.0.0.${at}`)
    for (let at = 0; at < 10; at++) tries(throttle, `name${at}`, '10.0.1.1')
    for (let at = 0; at < 12_000; at++) tries(throttle, `other${at}`, `2001:db8:${at.toString(16)}::1`)
    expect(tries(throttle, 'anna', '10.0.0.9')).toBe(5)
    expect(tries(throttle, 'bert', '10.0.1.1')).toBe(5)
    expect(tries(throttle, 'bert', '10.0.0.9')).toBe(0)
  })

  test.each([
    ['an IPv6 network, whatever the address in it', (at: number) => `2001:db8:1:2:${at.toString(16)}::${at}`],
    ['IPv4 written as IPv6', (at: number) => ['::ffff:10.1.2.3', '10.1.2.3', '::FFFF:0a01:0203'][at % 3] ?? ''],
    ['no address', () => ''],
  ])('are counted together: %s', (_, address) => {
    const { now } = clock()
    const throttle = new LoginThrottle(now)
    const waits = Array.from({ length: 200 }, (_, at) => tries(throttle, `name${at}`, address(at)))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10)
    expect(tries(throttle, 'bert', '2001:db8:1:3::1')).toBe(0)
  })

  test('of strangers, whether at the account or from the same network, do not hold up a browser that is known', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    const known: Way = { kind: 'known', browser: 'browser 1' }
    for (let at = 0; at < 20; at++) {
      tries(throttle, 'anna', '10.0.0.1')
      later(20)
    }
    const right = throttle.begin(known)
    expect(right.ok).toBe(true)
    throttle.succeeded(known, right)
    // That gives nothing to those who guess.
    expect(tries(throttle, 'anna', '10.0.0.2')).toBeGreaterThan(0)
    // Its own guesses wait as those of strangers do, and hold up no one else.
    for (let at = 0; at < 5; at++) throttle.begin(known)
    expect(throttle.begin(known)).toEqual({ ok: false, waitSeconds: 5, first: true })
    expect(throttle.begin(known)).toEqual({ ok: false, waitSeconds: 5, first: false })
    expect(throttle.begin({ kind: 'known', browser: 'browser 2' }).ok).toBe(true)
  })

  test('that were never looked at are taken back', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    const anna = stranger('anna', '10.0.0.1')
    for (let at = 0; at < 50; at++) throttle.takeBack(throttle.begin(anna))
    for (let at = 0; at < 5; at++) throttle.begin(anna)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(5)
    later(5)
    // At the end of a wait too: the next one need not wait anew.
    for (let at = 0; at < 50; at++) {
      const begun = throttle.begin(anna)
      expect(begun.ok).toBe(true)
      throttle.takeBack(begun)
    }
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(0)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(10)
  })

  test('of an address are not forgiven because somebody there signs in to an account of their own', () => {
    const { now } = clock()
    const throttle = new LoginThrottle(now)
    const eve = stranger('eve', '10.0.0.1')
    let guesses = 0
    for (let at = 0; at < 100; at++) {
      if (tries(throttle, `name${at}`, '10.0.0.1') === 0) guesses += 1
      const begun = throttle.begin(eve)
      if (begun.ok) throttle.succeeded(eve, begun)
    }
    expect(guesses).toBe(10)
  })

  test('do not wait longer because the clock was set back', () => {
    const { now, later } = clock()
    const throttle = new LoginThrottle(now)
    for (let at = 0; at < 5; at++) tries(throttle, 'anna', '10.0.0.1')
    later(-3000)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(5)
    later(5)
    expect(tries(throttle, 'anna', '10.0.0.1')).toBe(0)
  })
})

describe('the audit of what strangers do', () => {
  const entry = (target: string | null = null) => ({
    actor: anonymous('10.0.0.1', null),
    action: 'login',
    code: 'BAD_LOGIN',
    target,
  })
  const sut = () => {
    const time = clock()
    const entries: AuditEntry[] = []
    const write = async (one: AuditEntry) => void entries.push(one)
    const strangers = createStrangerAudit({ write, writeRequest: async () => {} }, time.now)
    return { ...time, entries, strangers }
  }

  test('has a hundred entries, then one each two minutes, and says how many more there were, at whom', async () => {
    const { entries, strangers, later } = sut()
    const began = new Date(1_000_000).toISOString()
    for (let at = 0; at < 3000; at++) await strangers.refused(entry(at % 3 === 0 ? 'anna' : null))
    expect(entries).toHaveLength(100)
    later(120)
    for (let at = 0; at < 10; at++) await strangers.refused(entry())
    expect(entries).toHaveLength(101)
    expect(entries.at(-1)?.detail).toEqual({ alsoRefused: { attempts: 2900, since: began, at: { anna: 966 } } })
    // Peace: what was only counted is told before the next sign-in.
    await strangers.settle()
    expect(entries.at(-1)).toMatchObject({
      result: 'REFUSED',
      code: 'RATE_LIMITED',
      detail: { alsoRefused: { attempts: 9 } },
    })
    await strangers.settle()
    expect(entries).toHaveLength(102)
  })

  test('grows by one entry in two minutes, however long it goes on', async () => {
    const { entries, strangers, later } = sut()
    for (let at = 0; at < 20_000; at++) {
      await strangers.refused(entry())
      later(1)
    }
    expect(entries).toHaveLength(100 + Math.floor(20_000 / 120))
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
    for (let at = 0; at < 120; at++) limit.take(actor('none', 'anyone', '2001:db8::a'))
    expect(limit.take(actor('none', 'anyone', '2001:db8::a'))).toBe(1)
    expect(limit.take(actor('none', 'anyone', '2001:db8::b'))).toBe(1)
    expect(limit.take(actor('none', 'anyone', '2001:db8:0:1::a'))).toBe(0)
    later(-3600)
    expect(limit.take(actor('none', 'anyone', '2001:db8::a'))).toBe(1)
  })
})

describe('passwords', () => {
  const cheap = () => Bun.password.hash('three words long', { algorithm: 'argon2id', memoryCost: 1024, timeCost: 1 })
  const from = (group: string) => ({ lane: 'stranger', group }) as const

  test('are checked two at a time; who is too many is told to come back', async () => {
    const passwords = createPasswords(2)
    const hash = await cheap()
    const all = await Promise.allSettled(
      Array.from({ length: 150 }, (_, at) => passwords.verify('three words long', hash, from(`10.0.0.${at}`))),
    )
    const refused = all.filter((one) => one.status === 'rejected')
    expect(refused).toHaveLength(150 - 102)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(NoPlace)
    // Every place was given back.
    const three = [1, 2, 3].map(() => passwords.verify('three words long', hash, from('10.0.0.1')))
    expect(await Promise.all(three)).toEqual([true, true, true])
    expect(await passwords.verify('wrong', hash, from('10.0.0.1'))).toBe(false)
  })

  test('of known browsers and of networks that come back come first, and new ones are made, though strangers take all places', async () => {
    const passwords = createPasswords(2)
    const hash = await cheap()
    const order: string[] = []
    const done = (who: string) => () => void order.push(who)
    const all = Array.from({ length: 102 }, (_, at) =>
      passwords.verify('x', hash, from(`10.0.0.${at}`)).then(done('stranger')),
    )
    all.push(passwords.verify('x', hash, { lane: 'returning', group: '10.0.1.1' }).then(done('returning')))
    all.push(passwords.verify('x', hash, { lane: 'known', group: 'browser 1' }).then(done('known')))
    const made = passwords.hash('three words long')
    await Promise.all(all)
    expect(await made).toStartWith('$argon2id$v=19$m=65536,t=2,p=1$')
    // Two were under way, and another one may have been as quick.
    for (const who of ['known', 'returning']) expect(order.indexOf(who)).toBeLessThan(8)
  })

  test('of people who have gone are not looked at', async () => {
    const passwords = createPasswords(2)
    const hash = await cheap()
    const gone = AbortSignal.abort()
    const all = Array.from({ length: 102 }, (_, at) => passwords.verify('x', hash, { ...from(`${at}`), signal: gone }))
    const stays = passwords.verify('three words long', hash, { lane: 'known', group: 'browser 1' })
    const refused = (await Promise.allSettled(all)).filter((one) => one.status === 'rejected')
    expect([refused.length, await stays]).toEqual([102, true])
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
