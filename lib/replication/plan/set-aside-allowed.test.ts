import { describe, expect, test } from 'bun:test'
import { a, B, b, commands, own, P, proven } from '../testing/set-aside.ts'
import { backupSide, inventoryOf, planned, policyOf, primarySide, sibling } from '../testing/world.ts'

describe('by itself only where the lineage is proven', () => {
  const diverged = inventoryOf(primarySide([a, b]), backupSide([a, own]))
  const shared = { children: [], local: [], canmount: 'on' as const, shared: true }
  test.each([
    ['an earlier check saw a common snapshot in this backup', diverged, { memory: proven }, true],
    ['no check ever did', diverged, {}, false],
    [
      'one did, but in another backup dataset',
      diverged,
      { memory: { ...proven, common: { guid: a.guid, at: 1, backupGuid: '5' } } },
      false,
    ],
    ['`on_diverged: set_aside` waives it', diverged, { policy: policyOf({ onDiverged: 'set_aside' }) }, true],
    ['`on_diverged: ask`', diverged, { memory: proven, policy: policyOf({ onDiverged: 'ask' }) }, false],
    [
      'a backup that is shared',
      inventoryOf(diverged.primary, diverged.backup, { swap: shared }),
      { memory: proven },
      false,
    ],
  ] as const)('%s', (_name, inventory, over, allowed) => {
    const made = planned(inventory, over)
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null })
    expect(made.automatic.allowed).toBe(allowed)
    if (!allowed) expect(made.automatic.code).toBe('NEEDS_PERSON')
  })
})

describe('what stands in the way of a set-aside', () => {
  const sides = [primarySide([a, b]), backupSide([a, own])] as const
  test.each([
    ['not known what stands beside it', { backupSiblings: undefined }, 'UNKNOWN_STATE'],
    ['its properties could not be read', { swap: null }, 'UNKNOWN_STATE'],
    [
      'three set-asides',
      { backupSiblings: ['01', '02', '03'].map((day) => sibling('aside', null, `202611${day}T000000Z`)) },
      'SET_ASIDE_LIMIT',
    ],
  ])('%s', (_name, over, code) => {
    const made = planned(inventoryOf(...sides, over))
    expect(made.blocked?.code).toBe(code)
  })
})

describe('in place, the operator’s choice', () => {
  const costs = new Map([[own.guid, { usedBytes: 77, clones: 0 }]])
  const inPlace = (over: object = {}, backup = backupSide([a, own], { written: 5 })) =>
    planned(inventoryOf(primarySide([a, b]), backup, { costs, ...over }), { options: { strategy: 'IN_PLACE' } })

  test('names everything that goes, and runs for nobody by itself', () => {
    const made = inPlace()
    expect(made).toMatchObject({ kind: 'IN_PLACE', blocked: null, automatic: { allowed: false, code: 'NEEDS_PERSON' } })
    expect(made.destroys).toEqual([
      { kind: 'snapshot', name: 'own', guid: own.guid, creation: own.creation, usedBytes: 77 },
      { kind: 'written', name: B, guid: null, creation: null, usedBytes: 5 },
    ])
    // What is destroyed is nowhere said to stay.
    expect(made.notes.join(' ')).not.toContain('stay')
    expect(commands(made)).toEqual([
      `zfs destroy ${B}@own && zfs rollback ${B}@a`,
      `zfs send -v -P -I ${P}@a ${P}@b | zfs receive -s -u ${B}`,
    ])
    expect(made.steps.find((step) => step.kind === 'commands')).toMatchObject({
      expects: [
        { name: `${B}@a`, guid: a.guid },
        { name: `${B}@own`, guid: own.guid },
      ],
    })
  })

  test('with nothing to send it rolls back', () => {
    const made = planned(inventoryOf(primarySide([a]), backupSide([a, own]), { costs }), {
      options: { strategy: 'IN_PLACE' },
    })
    expect(commands(made)).toEqual([`zfs destroy ${B}@own && zfs rollback ${B}@a`])
  })

  test.each([
    ['a hold', {}, backupSide([a, { ...own, holds: 1 }]), 'HELD'],
    ['a clone', { costs: new Map([[own.guid, { usedBytes: 1, clones: 1 }]]) }, backupSide([a, own]), 'CLONES'],
    ['nothing to destroy', {}, backupSide([a]), 'NOTHING_TO_DESTROY'],
    ['no common snapshot', {}, backupSide([own]), 'NO_COMMON_SNAPSHOT'],
    [
      'only receive:append',
      {
        rights: {
          primary: 'all' as const,
          backup: new Set(['receive:append', 'create', 'mount', 'rename', 'clone', 'promote', 'readonly', 'canmount']),
        },
      },
      backupSide([a, own]),
      'PERMISSION_MISSING',
    ],
  ])('%s is said before a byte moves', (_name, over, backup, code) => {
    expect(inPlace(over, backup).blocked?.code).toBe(code)
  })
})
