import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  guidOf,
  inventoryOf,
  MAPPING,
  MISSING,
  primarySide,
  taken,
  unreachable,
} from '#lib/replication/testing/world.ts'
import type { Inventory, Sibling } from '#lib/replication/types/inventory.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import { type Around, cleanUpScript, setAsidesOf, sumByPool } from './set-asides.ts'

const B = MAPPING.backup.dataset
const T = '20261122T080910Z'

function sibling(name: string, over: Partial<Sibling> = {}): Sibling {
  return {
    name,
    guid: guidOf(name),
    type: 'filesystem',
    origin: `${B}@a`,
    creation: 1,
    usedBytes: 1000,
    written: 0,
    canmount: 'noauto',
    encryptionRoot: null,
    receiveResumeToken: null,
    children: [],
    snapshots: [taken('own', 3, { holds: 1 }), taken('own2', 2)],
    ...over,
  }
}

const a = taken('a', 30)
const aside = `${B}.zw-aside-${T}`
const both = (siblings: readonly Sibling[] | undefined, over: Partial<Inventory> = {}): Inventory =>
  inventoryOf(primarySide([a]), backupSide([a]), { backupSiblings: siblings, ...over })

function around(inventory: Inventory, over: Partial<Around> = {}): Around {
  return { inventory, activeRunId: null, halfDone: false, madeBy: new Map(), ...over }
}

describe('what stands beside a backup', () => {
  test('everything that can be known of it', () => {
    const by = { runId: 17, at: 5, actor: 'anna', planKind: 'SET_ASIDE_REWIND' as const, reason: 'after the swap' }
    const [one] = setAsidesOf(around(both([sibling(aside)]), { madeBy: new Map([[aside, by]]) })) ?? []
    expect(one).toEqual({
      name: aside,
      guid: guidOf(aside),
      type: 'filesystem',
      role: 'aside',
      host: 'hqs1',
      pool: 'hqs1p1',
      datasetId: MAPPING.id,
      backup: { name: B, guid: guidOf(B) },
      madeAt: Date.UTC(2026, 10, 22, 8, 9, 10),
      usedBytes: 1000,
      snapshots: 2,
      held: 1,
      children: [],
      pins: `${B}@a`,
      madeBy: by,
      keepBecause: null,
    })
  })

  test('newest first; a name that only looks like one, or belongs to another dataset, is left out', () => {
    const names = [`${B}.zw-aside-20260101T000000Z`, aside, `${B}x.zw-aside-${T}`, `${B}.zw-aside-soon`]
    const seen = setAsidesOf(around(both(names.map((name) => sibling(name))))) ?? []
    expect(seen.map(({ name }) => name)).toEqual([aside, `${B}.zw-aside-20260101T000000Z`])
    expect(parseOwnDatasetName(`${B}x.zw-aside-${T}`)).not.toBeNull()
  })

  test.each([
    ['was not read', both(undefined)],
    ['could not be reached', inventoryOf(primarySide([a]), unreachable('hqs1'), { backupSiblings: [] })],
    ['pool is away', inventoryOf(primarySide([a]), { state: 'pool-unavailable', pool: 'hqs1p1', health: 'FAULTED' })],
  ])('not known where the backup %s: that is not "none"', (_, inventory) => {
    expect(setAsidesOf(around(inventory))).toBeNull()
    expect(setAsidesOf(around(both([])))).toEqual([])
  })
})

describe('what the script leaves alone', () => {
  const reseed = sibling(aside, { origin: null })
  const child = { name: `${aside}/kid`, type: 'filesystem', encryptionRoot: null } as const
  const incoming = sibling(`${B}.zw-incoming-${T}`, { origin: null })
  const next = sibling(`${B}.zw-next-${T}`)
  test.each<[string, Around, RegExp | null]>([
    ['a plain one goes', around(both([sibling(aside)])), null],
    ['a clone that was never promoted goes', around(both([next])), null],
    ['the old line after a re-seed goes once the new one stands', around(both([reseed])), null],
    ['a repair is at work', around(both([sibling(aside)]), { activeRunId: 9 }), /Run 9/],
    ['a half-done swap', around(both([sibling(aside)]), { halfDone: true }), /half-way/],
    ['a seed under way', around(both([incoming])), /goes on with it/],
    ['a promoted clone', around(both([{ ...next, origin: null }])), /owns the history/],
    ['children below it', around(both([sibling(aside, { children: [child] })])), /1 dataset is below it/],
    ['no backup', around(inventoryOf(primarySide([a]), MISSING, { backupSiblings: [reseed] })), /only copy/],
    [
      'a new line that has nothing in common yet',
      around(inventoryOf(primarySide([a]), backupSide([]), { backupSiblings: [reseed] })),
      /better copy/,
    ],
  ])('%s', (_, input, because) => {
    const [one] = setAsidesOf(input) ?? []
    if (because === null) expect(one?.keepBecause).toBeNull()
    else expect(one?.keepBecause).toMatch(because)
    const script = cleanUpScript('hqs1', one === undefined ? [] : [one], '2026-11-22T12:00:00Z')
    expect(script.includes('\nremove_set_aside ')).toBe(because === null)
  })
})

test('sums are by host and pool, the largest first', () => {
  const seen = setAsidesOf(around(both([sibling(aside), sibling(`${B}.zw-aside-20260101T000000Z`)]))) ?? []
  const other = seen.slice(0, 1).map((each) => ({ ...each, host: 'hqs7', pool: 'hqs7p1', usedBytes: 9000 }))
  expect(sumByPool([...seen, ...other])).toEqual([
    { host: 'hqs7', pool: 'hqs7p1', count: 1, usedBytes: 9000 },
    { host: 'hqs1', pool: 'hqs1p1', count: 2, usedBytes: 2000 },
  ])
})

test('nothing that a person wrote gets out of its comment', () => {
  const by = {
    runId: 1,
    at: 5,
    actor: 'x',
    planKind: 'SET_ASIDE_REWIND' as const,
    reason: "evil\nrm -rf /\r\u2028rm 'x'",
  }
  const seen = setAsidesOf(around(both([sibling(aside)]), { madeBy: new Map([[aside, by]]) })) ?? []
  const script = cleanUpScript('hqs1', seen, '2026-11-22T12:00:00Z')
  expect(script.split('\n').filter((line) => line.includes('rm ') && !line.startsWith('#'))).toEqual([])
})
