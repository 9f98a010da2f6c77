import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { whatChanged } from './plan/stale.ts'
import { type Event, events, type History, happen, histories, modelAfter } from './testing/history.ts'
import type { Model } from './testing/model/model.ts'
import { fightsOverMountpoints, lost, placesGivenTwice, stockOf } from './testing/model/stock.ts'
import { codes, comparisonOf, judged, MAPPING, planned, policyOf } from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'
import type { Plan } from './types/plan.ts'

/** Snapshots named x… are not wanted: filters make chains of hops. */
const policy = policyOf({ snapshotExclude: ['x*'] })
const planFor = (inventory: Inventory): Plan => planned(inventory, { policy, options: { ownToken: true } })
const planOf = (model: Model): Plan => planFor(model.inventory())
/** A swap that was cut off takes one plan of its own, what a clash leaves behind another. */
const ROUNDS = 4
/** What stands in the way of a repair may be these things, and no others. */
const HONEST = ['PRIMARY_EMPTY', 'SET_ASIDE_LIMIT'] as const

const after = (history: History): Model => modelAfter(history, planOf)

/** Plan after plan, each from what is there then and nothing else, until nothing is left to do. Answers the last one. */
function repairAll(model: Model): Plan {
  for (let round = 0; round < ROUNDS; round++) {
    const plan = planOf(model)
    expect(plan.destroys).toEqual([])
    if (plan.blocked !== null || plan.steps.length === 0) return plan
    model.run(plan)
  }
  return planOf(model)
}

function expectSettled(plan: Plan): void {
  if (plan.blocked === null) {
    expect(plan.kind).toBe('NOTHING')
    return
  }
  expect(HONEST.filter((code) => code === plan.blocked?.code)).toHaveLength(1)
  expect(plan.blocked.because.length).toBeGreaterThan(20)
  expect(plan.blocked.cure.length).toBeGreaterThan(10)
}

/** Nothing of what was there is gone, and no two file systems want one place, after every single command. */
function watched(model: Model): Model {
  const before = stockOf(model.backup)
  const primary = stockOf(model.primary)
  // People may have placed two at one mountpoint themselves.
  const fights = [...fightsOverMountpoints(model.backup), ...placesGivenTwice(model.backup)]
  model.onDeed = () => {
    expect(lost(before, stockOf(model.backup))).toEqual([])
    expect(lost(primary, stockOf(model.primary))).toEqual([])
    expect(fightsOverMountpoints(model.backup).filter((place) => !fights.includes(place))).toEqual([])
  }
  return model
}
const unwatched = (model: Model): Model => Object.assign(model, { onDeed: () => {} })

const death = fc.record({
  after: fc.nat(16),
  cut: fc.option(fc.record({ arrived: fc.nat(2), saved: fc.boolean() })),
  bare: fc.boolean(),
})

// The same histories each time; others by FC_SEED (tests/runner/preload.ts).
const RUNS = { numRuns: 150 }

describe('over random histories', () => {
  test('the same inventory has the same plan, and a plan is plain JSON', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const inventory = after(history).inventory()
        const plan = planFor(inventory)
        expect(planFor(inventory)).toEqual(plan)
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
      }),
      RUNS,
    )
  })

  test('repairs destroy nothing, command by command, and leave nothing to do', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(histories, (history) => {
        const model = watched(after(history))
        const plan = planOf(model)
        kinds.add(plan.kind)
        expectSettled(repairAll(model))
      }),
      { ...RUNS, numRuns: 600 },
    )
    // The histories must reach every kind of plan that runs by itself, or the properties prove little.
    expect([...kinds].toSorted()).toEqual(
      [
        'FINISH_SWAP',
        'FROM_BOOKMARK',
        'IMPOSSIBLE',
        'INCREMENTAL',
        'NOTHING',
        'RESUME',
        'SEED',
        'SET_ASIDE_RESEED',
        'SET_ASIDE_REWIND',
      ].toSorted(),
    )
  })

  test('a plan that arrives leaves its target on the backup, and fresh snapshots are HEALTHY', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const model = after(history)
        const plan = planOf(model)
        if (plan.steps.length === 0 || plan.blocked !== null || plan.kind === 'FINISH_SWAP') return
        model.run(plan)
        const inventory = model.inventory()
        const { backup } = inventory
        const guids = backup.state === 'present' ? backup.snapshots.map(({ guid }) => guid) : []
        expect(guids).toContain(plan.expects.targetGuid ?? '')
        const next = planFor(inventory)
        // A person's promote can hide a swap that was cut off, until there is a backup in its place again.
        if (next.kind === 'FINISH_SWAP') return
        expectSettled(next)
        const verdict = judged(inventory, { policy })
        // A chain that hangs on a bookmark is warned of.
        if (next.kind === 'NOTHING' && codes(verdict)[0] !== 'BASE_IS_BOOKMARK') expect(verdict.health).toBe('HEALTHY')
      }),
      { ...RUNS, numRuns: 300 },
    )
  })

  test('cut off after any command, in any transfer, and whatever happens then: what is planned from there loses nothing and ends well', () => {
    fc.assert(
      fc.property(histories, fc.array(death, { minLength: 1, maxLength: 3 }), events(4), (history, deaths, then) => {
        const model = watched(after(history))
        for (const death of deaths) {
          const plan = planOf(model)
          if (plan.blocked === null) model.run(plan, death)
        }
        for (const event of then) happen(unwatched(model), event as Event, planOf)
        expectSettled(repairAll(watched(model)))
      }),
      { ...RUNS, numRuns: 600 },
    )
  })

  test('what was set on the backup is set on what takes its place, wherever a plan was cut off', () => {
    const set = (model: Model, name: string) => model.backup.find(MAPPING.backup.dataset)?.local.get(name)
    fc.assert(
      fc.property(histories, fc.array(death, { maxLength: 2 }), (history, deaths) => {
        const model = after({ ...history, type: 'filesystem' })
        // What an earlier try has left was made with what was set then.
        const fresh = model.inventory().backupSiblings?.every(({ name }) => name.includes('.zw-aside-')) ?? false
        if (!fresh || model.backup.find(MAPPING.backup.dataset) === null) return
        if (planOf(model).kind === 'FINISH_SWAP') return
        for (const what of ['place', 'limit']) happen(model, [what, 0], planOf)
        const canmount = set(model, 'canmount') ?? 'on'
        for (const each of deaths) {
          const plan = planOf(model)
          if (plan.blocked === null) model.run(plan, each)
        }
        if (repairAll(model).kind !== 'NOTHING') return
        expect(set(model, 'mountpoint')).toBe('/data')
        // The one quota that is set after a swap, and so may be lost with the process: of a seed with children.
        const children = [...model.backup.datasets.keys()].some((name) => name.startsWith(`${MAPPING.backup.dataset}/`))
        const mayBeLost = deaths.length > 0 && children
        if (!mayBeLost) expect(set(model, 'quota')).toBe('10000000')
        // Cut off between the last two commands of a swap no one knows any more what it was: it mounts nothing then.
        expect([canmount, ...(deaths.length > 0 ? ['noauto'] : [])]).toContain(set(model, 'canmount') ?? 'on')
      }),
      { ...RUNS, numRuns: 300 },
    )
  })

  test('only unwanted snapshots are left out: what is eligible and newer than the base arrives', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const model = after(history)
        const inventory = model.inventory()
        const behind = comparisonOf(inventory, policy)?.behind.map((ref) => ref.guid) ?? []
        const plan = planFor(inventory)
        const arrives = plan.steps.flatMap((step) => (step.kind === 'transfer' ? step.arrives : []))
        if (plan.kind === 'INCREMENTAL' || plan.kind === 'FROM_BOOKMARK' || plan.kind === 'SEED')
          expect(arrives).toEqual(behind)
      }),
      RUNS,
    )
  })

  test('a plan is not stale by itself, nor by a newer snapshot on the primary, and then still runs', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const model = after(history)
        const plan = planOf(model)
        if (plan.steps.length === 0 || plan.blocked !== null) return
        happen(model, ['snap', 0], planOf)
        const fresh = model.inventory()
        expect(whatChanged(plan.expects, fresh, comparisonOf(fresh, policy))).toBeNull()
        model.run(plan)
      }),
      RUNS,
    )
  })

  test('every verdict has a reason, a sentence, and survives JSON', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = judged(after(history).inventory(), { policy })
        expect(verdict.reasons.length).toBeGreaterThan(0)
        expect(verdict.reasons.every((each) => each.message.length > 10 && !each.message.includes('undefined'))).toBe(
          true,
        )
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
      }),
      RUNS,
    )
  })
})
