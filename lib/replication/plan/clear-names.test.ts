import { describe, expect, test } from 'bun:test'
import { clearedName } from '#lib/zfs/names.ts'
import { emptyMemory } from '../memory.ts'
import {
  backupSide,
  guidOf,
  inventoryOf,
  lines,
  MAPPING,
  planned,
  policyOf,
  primarySide,
  taken,
} from '../testing/world.ts'
import type { Inventory } from '../types/inventory.ts'
import type { Memory } from '../types/verdict.ts'

/* A name is all that is in the way: the backup's own snapshot gets another one, and nothing is set aside or sent again. */

const old = taken('dup', 30, { guid: '119' })
const base = taken('base', 20)
const next = taken('dup', 1)
const TO = `hqs1p1/DAT1@dup.zw-0000000000000077`
const clashing = (backup: readonly ReturnType<typeof taken>[], over = {}, more: Partial<Inventory> = {}) =>
  inventoryOf(primarySide([base, next]), backupSide(backup, over), { writtenSinceBase: 0, ...more })
const seenBefore = (inventory: Inventory): Memory => ({
  ...emptyMemory(),
  common: {
    guid: base.guid,
    at: 0,
    ...(inventory.backup.state === 'present' ? { backupGuid: inventory.backup.facts.guid } : {}),
  },
})

describe('a clash that is older than the base', () => {
  test('is renamed, by itself where the lineage is proven, and an ordinary increment follows', () => {
    const inventory = clashing([old, base])
    const made = planned(inventory, { memory: seenBefore(inventory) })
    expect(made).toMatchObject({ kind: 'INCREMENTAL', destroys: [], setAside: null, blocked: null })
    expect(lines(made).slice(0, 2)).toEqual([
      `sudo -n zfs rename hqs1p1/DAT1@dup ${TO}`,
      'zfs send -v -P -I hqs8p1/DAT1@base hqs8p1/DAT1@dup | sudo -n zfs receive -s -u hqs1p1/DAT1',
    ])
    expect(made.steps[0]).toMatchObject({
      role: 'rename',
      optional: false,
      expects: [
        { name: 'hqs1p1/DAT1@dup', guid: '119' },
        { name: TO, guid: null },
      ],
    })
    expect(made.notes.join(' ')).toContain('@dup (guid 119) to @dup.zw-0000000000000077')
    expect(made.automatic.allowed).toBe(true)
  })

  test('is renamed only by a person where no check has seen both in common, or where policy asks', () => {
    const inventory = clashing([old, base])
    expect(planned(inventory).automatic.code).toBe('NEEDS_PERSON')
    const memory = seenBefore(inventory)
    const ask = planned(inventory, { memory, policy: policyOf({ onDiverged: 'ask' }) })
    expect(ask.automatic).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
  })

  test('with more than names in the way: renamed, then set aside from the base itself and not from further back', () => {
    const made = planned(clashing([old, base], { written: 9 }))
    expect(made.kind).toBe('SET_ASIDE_REWIND')
    expect(lines(made)[0]).toBe(`sudo -n zfs rename hqs1p1/DAT1@dup ${TO}`)
    expect(lines(made)[1]).toContain('clone')
    expect(lines(made)[1]).toContain('hqs1p1/DAT1@base')
  })
})

describe('a clash that is newer than the base', () => {
  const own = taken('dup', 5, { guid: '119' })

  test('and holds nothing: renamed', () => {
    expect(lines(planned(clashing([base, own])))[0]).toBe(`sudo -n zfs rename hqs1p1/DAT1@dup ${TO}`)
  })

  test('and may hold changes: set aside, as it is', () => {
    const made = planned(clashing([base, own], {}, { writtenSinceBase: null }))
    expect(made.kind).toBe('SET_ASIDE_REWIND')
    expect(lines(made).join(' ')).not.toContain('@dup.zw-')
  })

  test('and the stream is raw, which stops at any snapshot after the base: set aside', () => {
    const raw = { encryption: 'aes-256-gcm', keyStatus: 'available' } as const
    const inventory = inventoryOf(
      primarySide([base, next], [], { ...raw, encryptionRoot: MAPPING.primary.dataset }),
      backupSide([base, own], { ...raw, encryptionRoot: MAPPING.backup.dataset, keyStatus: 'unavailable' }),
      { writtenSinceBase: 0, ivSets: new Map([[base.guid, { primary: '7', backup: '7' }]]) },
    )
    expect(planned(inventory).kind).toBe('SET_ASIDE_REWIND')
  })
})

describe('the new name', () => {
  test('is the guid alone where the long one is taken or leaves no room', () => {
    const taker = taken(clearedName('dup', '119'), 40)
    expect(lines(planned(clashing([taker, old, base])))[0]).toEndWith('hqs1p1/DAT1@zw-0000000000000077')
    const name = 'n'.repeat(230)
    const long = inventoryOf(
      primarySide([base, taken(name, 1)]),
      backupSide([taken(name, 30, { guid: '119' }), base]),
      { writtenSinceBase: 0 },
    )
    expect(lines(planned(long))[0]).toEndWith('hqs1p1/DAT1@zw-0000000000000077')
  })

  test('is never one that is to be sent', () => {
    const sent = taken(clearedName('dup', '119'), 2)
    const inventory = inventoryOf(primarySide([base, sent, next]), backupSide([old, base]), { writtenSinceBase: 0 })
    expect(lines(planned(inventory))[0]).toEndWith('hqs1p1/DAT1@zw-0000000000000077')
  })

  test('cannot be had: then it is set aside as before', () => {
    const both = [taken(clearedName('dup', '119'), 40), taken(clearedName('dup', '119', true), 41)]
    expect(planned(clashing([...both, old, base])).kind).toBe('SET_ASIDE_RESEED')
  })
})

test('many are renamed in lines of fifty', () => {
  const names = Array.from({ length: 120 }, (_, index) => `h${index}`)
  const here = [base, ...names.map((name, index) => taken(name, 10 - index / 100))]
  const there = [...names.map((name, index) => taken(name, 100 - index / 100, { guid: `${1000 + index}` })), base]
  const made = planned(inventoryOf(primarySide(here), backupSide(there), { writtenSinceBase: 0 }))
  const renames = made.steps.flatMap((step) => (step.kind === 'commands' && step.role === 'rename' ? [step] : []))
  expect(renames.map(({ commands }) => commands.length)).toEqual([50, 50, 20])
  expect(guidOf('h0')).not.toBe('1000')
})
