import { expect, test } from 'bun:test'
import { lately } from './lately.ts'

test('however many ask, it is found once, behind the last answer; a failure is told and changes nothing', async () => {
  let now = 0
  const asked: PromiseWithResolvers<string>[] = []
  const failures: unknown[] = []
  const find = () => {
    const own = Promise.withResolvers<string>()
    asked.push(own)
    return own.promise
  }
  const known = lately('first', find, { ms: 10, now: () => now, failed: (error) => failures.push(error) })
  expect([known(), asked.length]).toEqual(['first', 0])

  now = 10
  expect([known(), known(), asked.length]).toEqual(['first', 'first', 1])
  asked[0]?.resolve('second')
  await Bun.sleep(0)
  expect([known(), asked.length]).toEqual(['second', 1])

  now = 20
  known()
  asked[1]?.reject('no')
  await Bun.sleep(0)
  expect([known(), asked.length, failures]).toEqual(['second', 2, ['no']])

  // A clock that was set back makes nothing last for ever.
  now = 5
  known()
  expect(asked.length).toBe(3)
})
