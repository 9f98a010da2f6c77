import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { makeTestSans, type TestSans, until } from '../testing/sans.ts'
import type { Misbehaviour } from './rules.ts'

setDefaultTimeout(600_000)

let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
  sans.a.snapshot('tank@s', { bytes: 2_000_000 })
})
afterEach(() => sans.close())

const once: [string, Omit<Misbehaviour, 'match'>, string, { exitCode: number; stderr: string }][] = [
  [
    'says what it is told',
    { fail: 'cannot open: nonsense', exitCode: 3 },
    'zfs list',
    { exitCode: 3, stderr: 'cannot open: nonsense\n' },
  ],
  ['is not in the PATH', { notFound: true }, 'zfs list', { exitCode: 127, stderr: 'sh: 1: zfs: not found\n' }],
  [
    'ends in the midst',
    { exitAfterBytes: 500_000, exitCode: 5, message: 'died' },
    'zfs send tank@s',
    { exitCode: 5, stderr: 'died\n' },
  ],
]
test.each(once)('a command that %s', (_, rule, line, expected) => {
  sans.a.misbehave({ rules: [{ match: `^${line}`, times: 1, ...rule }] })
  const { exitCode, stderr } = sans.sh(`${line} >/dev/null`)
  expect({ exitCode, stderr }).toEqual(expected)
  expect(sans.sh(`${line} >/dev/null`)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
})

test('a hang lasts longer than patience', () => {
  sans.a.misbehave({ rules: [{ match: 'zfs list', hang: true }] })
  expect(sans.sh('timeout 1 zfs list').exitCode).toBe(124)
})

test('a stall stops the stream without an end', async () => {
  sans.a.misbehave({ rules: [{ match: 'zfs send', stallAfterBytes: 500_000 }] })
  const sender = sans.start('exec zfs send tank@s')
  let bytes = 0
  const counted = (async () => {
    for await (const chunk of sender.stdout) bytes += chunk.length
  })()
  await until(() => bytes > 100_000)
  sans.sh('zfs list >/dev/null')
  expect(sender.exitCode).toBeNull()
  sender.kill('SIGTERM')
  await counted
  expect(bytes).toBeLessThanOrEqual(500_000)
  expect(await sender.exited).toBe(143)
})

test('endless output ends with its reader', () => {
  sans.a.misbehave({ rules: [{ match: 'zfs list', endless: true }] })
  expect(sans.sh('zfs list | head -c 3000000 | wc -c').stdout.trim()).toBe('3000000')
})

test('a throttled stream takes its time', () => {
  sans.a.misbehave({ rules: [{ match: 'zfs send', bytesPerSecond: 2_000_000 }] })
  const began = performance.now()
  sans.sh('zfs send tank@s >/dev/null')
  // A lower limit: a busy machine only adds to it.
  expect(performance.now() - began).toBeGreaterThan(900)
})

test('a throttle from some byte on lets what is before it pass at once', () => {
  const send = (rule: Partial<Misbehaviour>) => {
    sans.a.misbehave({ rules: [{ match: 'zfs send', ...rule }] })
    const began = performance.now()
    sans.sh('zfs send tank@s >/dev/null')
    return performance.now() - began
  }
  expect(send({ throttleAfterBytes: 1_000_000, bytesPerSecond: 2_000_000 })).toBeGreaterThan(450)
  // With a throttle from the start this would last for weeks.
  send({ throttleAfterBytes: 100_000_000, bytesPerSecond: 1 })
})

test('a clock that is off is off for date and for new snapshots', () => {
  sans.a.misbehave({ clockOffsetSeconds: -7200 })
  const skew = Number(sans.sh('date +%s').stdout) - Date.now() / 1000
  expect(Math.abs(skew + 7200)).toBeLessThan(60)
  sans.sh('zfs snapshot tank@later')
  const creation = Number(sans.sh('zfs get -Hp -o value creation tank@later').stdout)
  expect(Math.abs(creation - Date.now() / 1000 + 7200)).toBeLessThan(60)
})

test('a first receive that was cut off takes no more space, once it was resumed, than one that was not', () => {
  sans.sh('zfs send tank@s | $B zfs receive -s -u bank/whole')
  sans.sh('zfs send tank@s | head -c 800000 | $B zfs receive -s -u bank/cut')
  const token = sans.sh('$B zfs get -H -o value receive_resume_token bank/cut').stdout.trim()
  expect(sans.sh(`zfs send -t ${token} | $B zfs receive -s -u bank/cut`).exitCode).toBe(0)
  const sizes = (name: string) => sans.sh(`$B zfs get -Hp -o property,value used,referenced ${name}`).stdout
  expect(sizes('bank/cut')).toBe(sizes('bank/whole'))
  // What a clone takes over by a promote is taken from its origin: that has something left, never less than nothing.
  sans.sh('$B zfs clone bank/cut@s bank/next; $B zfs promote bank/next')
  expect(Number(sans.sh('$B zfs get -Hp -o value used bank/cut').stdout)).toBeGreaterThanOrEqual(0)
})
