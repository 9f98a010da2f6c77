import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { whatChanged } from './stale.ts'
import { Model } from './testing/model.ts'
import { comparisonOf, judged, planned, policyOf } from './testing/world.ts'
import type { Inventory, Plan } from './types.ts'

/** Snapshots named x… are not wanted: filters make chains of hops. */
const policy = policyOf({ snapshotExclude: ['x*'] })
const planFor = (inventory: Inventory): Plan => planned(inventory, { policy, options: { ownToken: true } })

type Event = readonly [what: string, which: number]
const EVENTS = [
  'snap',
  'snap',
  'snap',
  'skip',
  'destroy',
  'destroy first',
  'rename',
  'bookmark',
  'repair',
  'repair',
  'own',
  'clash',
  'write',
  'prune',
  'cut',
] as const
const events = fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.nat(20)), { maxLength: 40 })

function happen(model: Model, [what, which]: Event): void {
  const { primary, backup } = model
  const at = primary.length === 0 ? 0 : which % primary.length
  if (what === 'snap') model.snapshot('s')
  if (what === 'skip') model.snapshot('x')
  if (what === 'destroy') primary.splice(at, primary.length > 0 ? 1 : 0)
  if (what === 'destroy first') primary.splice(0, 1)
  if (what === 'rename')
    primary.splice(at, 1, ...primary.slice(at, at + 1).map((entry) => ({ ...entry, name: `r${entry.name}` })))
  if (what === 'bookmark' && primary.length > 0) model.bookmark(which)
  if (what === 'repair') model.run(planFor(model.inventory()))
  if (what === 'own') model.own(`own${which}`)
  if (what === 'clash') model.own(primary.at(-1)?.name ?? 'own')
  // An unfinished first receive cannot be mounted, so not be written to either.
  if (what === 'write' && backup !== null && backup.length > 0 && which < 3) model.dirty = true
  if (what === 'prune' && backup !== null && backup.length > 1) backup.splice(which % (backup.length - 1), 1)
  if (what === 'cut') cut(model)
}

/** A repair is cut off in its first transfer. */
function cut(model: Model): void {
  const first = planFor(model.inventory()).steps.find((step) => step.kind === 'transfer')
  if (first !== undefined && first.how !== 'resume')
    model.interrupt({ toGuid: first.arrives[0] ?? '', fromGuid: first.baseGuid })
}

function after(history: readonly Event[]): Model {
  const model = new Model()
  for (const event of history) happen(model, event)
  return model
}
const everyGuid = (model: Model) =>
  [...model.primary, ...model.bookmarks, ...(model.backup ?? [])].map((entry) => entry.guid)
const RUNS = { numRuns: 400 }

describe('over random histories', () => {
  test('the same inventory has the same plan, and a plan is plain JSON', () => {
    fc.assert(
      fc.property(events, (history) => {
        const inventory = after(history).inventory()
        const plan = planFor(inventory)
        expect(planFor(inventory)).toEqual(plan)
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
      }),
      RUNS,
    )
  })

  test('a plan runs as ZFS behaves, and destroys nothing', () => {
    fc.assert(
      fc.property(events, (history) => {
        const model = after(history)
        const before = everyGuid(model)
        const plan = planFor(model.inventory())
        expect(plan.destroys).toEqual([])
        model.run(plan)
        expect(everyGuid(model)).toEqual(expect.arrayContaining(before))
      }),
      RUNS,
    )
  })

  test('a plan with steps leaves nothing to do, the target arrived, and fresh snapshots are HEALTHY', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(events, (history) => {
        const model = after(history)
        const plan = planFor(model.inventory())
        kinds.add(plan.kind)
        if (plan.steps.length === 0) return
        model.run(plan)
        const inventory = model.inventory()
        expect(model.backup?.map((entry) => entry.guid)).toContain(plan.expects.targetGuid ?? '')
        expect(planFor(inventory).kind).toBe('NOTHING')
        expect(judged(inventory, { policy }).health).toBe('HEALTHY')
      }),
      { ...RUNS, numRuns: 1500 },
    )
    // The histories must reach every kind of plan that this version makes, or the properties prove little.
    expect([...kinds].toSorted()).toEqual(
      [
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

  test('only unwanted snapshots are left out: what is eligible and newer than the base arrives', () => {
    fc.assert(
      fc.property(events, (history) => {
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
      fc.property(events, (history) => {
        const model = after(history)
        const plan = planFor(model.inventory())
        if (plan.steps.length === 0) return
        model.snapshot('s')
        const fresh = model.inventory()
        expect(whatChanged(plan.expects, fresh, comparisonOf(fresh, policy))).toBeNull()
        model.run(plan)
      }),
      RUNS,
    )
  })

  test('every verdict has a reason, a sentence, and survives JSON', () => {
    fc.assert(
      fc.property(events, (history) => {
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
