import { expect, test } from 'bun:test'
import { MinuteTally, type MinuteTallyOptions } from './minute-tally.ts'

function tallyOf(options: Pick<MinuteTallyOptions, 'first' | 'keys'>) {
  const told: string[] = []
  let due: (() => void) | null = null
  const tally = new MinuteTally({
    ...options,
    tell: (key, { count, kinds }) => told.push(`${key}: ${count} (${kinds})`),
    after: (_, call) => {
      due = call
      return () => {
        due = null
      }
    },
  })
  const minute = (): void => {
    const call = due
    due = null
    call?.()
  }
  return { tally, told, minute, waits: () => due !== null }
}

test('the first ones pass, the rest of the minute is one line; who goes on is only counted', () => {
  const { tally, told, minute, waits } = tallyOf({ first: 2, keys: 5 })
  const passed = ['401', '401', '404', '401', '404', '404'].map((kind) => tally.passes('a', kind))
  expect(passed).toEqual([true, true, false, false, false, false])
  expect(tally.passes('b', '404')).toBe(true)
  minute()
  expect(told).toEqual(['a: 4 (404 × 3, 401 × 1)'])
  expect([tally.passes('a', '404'), tally.passes('b', '404')]).toEqual([false, true])
  minute()
  expect(told.slice(1)).toEqual(['a: 1 (404 × 1)'])
  minute()
  // A minute of silence, and it is as new; nothing waits any more.
  expect(waits()).toBe(false)
  expect(tally.passes('a', '404')).toBe(true)
})

test('a crowd is one number, however large, and many kinds are few', () => {
  const { tally, told, minute } = tallyOf({ first: 1, keys: 3 })
  let passed = 0
  for (let at = 0; at < 10_000; at++) if (tally.passes(`address ${at}`, '404')) passed++
  expect(passed).toBe(3)
  for (let at = 0; at < 100; at++) tally.passes('address 0', `kind ${at}`)
  minute()
  expect(told).toHaveLength(2)
  expect(told[0]).toStartWith('address 0: 100 (others × 88, kind 0 × 1')
  expect(told[1]).toBe('null: 9997 (404 × 9997)')
})

test('closing tells what is counted by then', () => {
  const { tally, told, waits } = tallyOf({ first: 1, keys: 3 })
  tally.passes('a', '401')
  tally.passes('a', '401')
  tally.close()
  expect(told).toEqual(['a: 1 (401 × 1)'])
  expect(waits()).toBe(false)
})
