import { describe, expect, test } from 'bun:test'
import { backupSide, inventoryOf, MISSING, planned, policyOf, primarySide, taken, tokenOf } from '../testing/world.ts'
import { estimateCommands, withEstimates } from './plan.ts'

const a = taken('a', 90)
const b = taken('b', 30)
const c = taken('c', 20)
const d = taken('d', 10)
const none = policyOf({ anchor: 'none' })

describe('estimates and hash', () => {
  const inventory = inventoryOf(primarySide([a, b, c]), MISSING)
  test('each transfer has the command of its estimate, and totals come from the answers', () => {
    const plan = planned(inventory, { policy: none })
    expect(estimateCommands(plan).map(({ step, command }) => [step, command.host, command.argv.join(' ')])).toEqual([
      [1, 'hqs8', 'zfs send -n -v -P hqs8p1/DAT1@a'],
      [2, 'hqs8', 'zfs send -n -v -P -I hqs8p1/DAT1@a hqs8p1/DAT1@c'],
    ])
    expect(plan.estimateBytes).toBeNull()
    const known = withEstimates(
      plan,
      new Map([
        [1, 2 ** 30],
        [2, 2 ** 30],
      ]),
    )
    expect(known).toMatchObject({
      estimateBytes: 2 ** 31,
      hash: plan.hash,
      outcome: 'hqs1 will match hqs8 up to @c. About 2 GiB will be sent.',
    })
    expect(withEstimates(known, new Map([[1, null]]))).toMatchObject({ estimateBytes: null, outcome: plan.outcome })
  })

  test('the hash is of what the plan does and rests on: the clock and policy of starting are not in it', () => {
    const { hash } = planned(inventory)
    expect(hash).toMatch(/^[0-9a-f]{16}$/)
    expect(planned(inventory, { options: { paused: true } }).hash).toBe(hash)
    expect(planned(inventory, { policy: policyOf({ autoRepair: false }) }).hash).toBe(hash)
    expect(planned(inventory, { policy: none }).hash).not.toBe(hash)
    expect(planned(inventoryOf(primarySide([a, b, c, d]), MISSING)).hash).not.toBe(hash)
  })

  test('how much of an interrupted stream is left is no part of what the plan is', () => {
    const rest = (remainingBytes: number | null) => {
      const token = tokenOf(b, a, { remainingBytes })
      const stored = backupSide([a], { receiveResumeToken: '1-abc-80-789c' })
      return planned(inventoryOf(primarySide([a, b]), stored, { token }))
    }
    expect(rest(20).estimateBytes).toBe(20)
    expect(rest(null).estimateBytes).toBeNull()
    expect(rest(20).hash).toBe(rest(null).hash)
  })
})
