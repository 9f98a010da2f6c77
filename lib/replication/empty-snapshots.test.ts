import { describe, expect, test } from 'bun:test'
import { emptyMemory } from './memory.ts'
import {
  backupSide,
  codes,
  inventoryOf,
  judged,
  lines,
  planned,
  policyOf,
  primarySide,
  sibling,
  taken,
} from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'

/* A raw line, and own snapshots on its backup that hold nothing: only ZFS minds them. */
const [a, b, x, y] = [taken('a', 60), taken('b', 40), taken('x', 50), taken('y', 45)]
const B = 'hqs1p1/DAT1'
const locked = { encryption: 'aes-256-gcm', keyStatus: 'unavailable', encryptionRoot: B } as const
const ivSets = new Map([[a.guid, { primary: '11', backup: '11' }]])
const memory = { ...emptyMemory(), common: { guid: a.guid, at: 1, backupGuid: backupSide([]).facts.guid } }
const policy = policyOf({ anchor: 'none' })
const line = (over: Partial<Inventory> = {}, there: object = {}) =>
  inventoryOf(primarySide([a, b], [], locked), backupSide([a, x, y], { ...locked, ...there }), {
    writtenSinceBase: 0,
    ivSets,
    ...over,
  })
const free = new Map([x, y].map(({ guid }) => [guid, { usedBytes: 0, clones: 0 }]))

describe('the set-aside', () => {
  test('says that they hold no change, and that to destroy exactly them is the better choice', () => {
    const made = planned(line(), { policy, memory })
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null, setAside: { holdsNothing: true } })
    expect(made.notes.join(' ')).toContain('They hold no change. Better than a set-aside')
    expect(made.notes.join(' ')).toContain('`snapshot_exclude`')
  })

  test.each([
    ['something was written after them', {}, { written: 1 }],
    ['something was written since the base', { writtenSinceBase: 1 }, {}],
    ['that was not read', { writtenSinceBase: null }, {}],
  ] as const)('does not where %s', (_name, over, there) => {
    const made = planned(line(over, there), { policy, memory })
    expect(made.setAside?.holdsNothing).toBeUndefined()
    expect(made.notes.join(' ')).not.toContain('no change')
  })
})

describe('in place', () => {
  const inPlace = (over: Partial<Inventory> = {}, there: object = {}) =>
    planned(line({ costs: free, ...over }, there), { policy, memory, options: { strategy: 'IN_PLACE' } })

  test('exactly these go, by name, and each is said to hold nothing', () => {
    const made = inPlace()
    expect(made).toMatchObject({ kind: 'IN_PLACE', blocked: null, automatic: { allowed: false, code: 'NEEDS_PERSON' } })
    expect(made.destroys.map(({ name, holdsNothing }) => [name, holdsNothing])).toEqual([
      ['x', true],
      ['y', true],
    ])
    expect(made.outcome).toContain('2 snapshots of hqs1, with no change in them, are destroyed by name.')
    expect(lines(made)[0]).toContain('zfs destroy hqs1p1/DAT1@x,y')
    expect(lines(made)[1]).toContain('send -v -P -w')
  })

  test('where one of them would free something, none is said to hold nothing', () => {
    const made = inPlace({ costs: new Map([...free, [x.guid, { usedBytes: 4096, clones: 0 }]]) })
    expect(made.destroys.every(({ holdsNothing }) => holdsNothing === undefined)).toBe(true)
    expect(made.outcome).toContain('and every change after @a are destroyed')
  })

  test('what was not read is not nothing', () => {
    expect(inPlace({ costs: null }).destroys.every(({ holdsNothing }) => holdsNothing === undefined)).toBe(true)
    expect(inPlace({ writtenSinceBase: null }).destroys.every(({ holdsNothing }) => holdsNothing === undefined)).toBe(
      true,
    )
  })
})

describe('set-asides that hold nothing', () => {
  const asides = (count: number, holdsNothing: boolean) =>
    Array.from({ length: count }, (_, n) => {
      const stamp = `202611${String(n + 1).padStart(2, '0')}T${holdsNothing ? '00' : '01'}0000Z`
      return sibling('aside', `${B}@a`, stamp, holdsNothing ? { holdsNothing } : {})
    })
  test.each([
    ['two that hold something, and many that do not', [...asides(2, false), ...asides(20, true)], null],
    ['three that hold something', [...asides(3, false), ...asides(20, true)], 'SET_ASIDE_LIMIT'],
    ['thirty of any kind', asides(30, true), 'SET_ASIDE_LIMIT'],
  ])('%s', (_name, backupSiblings, code) => {
    const inventory = line({ backupSiblings })
    expect(planned(inventory, { policy, memory }).blocked?.code ?? null).toBe(code)
    expect(codes(judged(inventory, { memory })).includes('SET_ASIDE_LIMIT')).toBe(code !== null)
    // A person may still do without one.
    const options = { strategy: 'IN_PLACE' } as const
    expect(planned({ ...inventory, costs: free }, { policy, memory, options }).blocked).toBeNull()
  })
})
