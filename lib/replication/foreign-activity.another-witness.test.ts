import { describe, expect, test } from 'bun:test'
import { judge } from './judge/judge.ts'
import { emptyMemory, remember } from './memory.ts'
import {
  backupSide,
  codes,
  inventoryOf,
  judgeInput,
  lines,
  MISSING,
  NOW,
  planned,
  policyOf,
  primarySide,
  sibling,
  taken,
} from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'
import type { JudgeInput, Memory } from './types/verdict.ts'

const OWN = '00000000000000aa'
const OTHER = '00000000000000bb'
const HOUR_MS = 3600_000
const [a, b] = [taken('a', 50), taken('b', 40)]
const behind = (more: Partial<Inventory> = {}) => inventoryOf(primarySide([a, b]), backupSide([a]), more)
const marked = (witness: string, hoursAgo: number) => ({ mark: { witness, at: NOW - hoursAgo * HOUR_MS } })
const policy = policyOf({ repairWhen: 'behind' })
const from = (inventory: Inventory, over: Partial<JudgeInput> = {}) => judgeInput(inventory, { witness: OWN, ...over })
const plan = (inventory: Inventory, memory: Memory = emptyMemory()) =>
  planned(inventory, { policy, memory, judge: { witness: OWN }, options: { witness: OWN } })

describe('the mark of another witness', () => {
  test.each([
    ['fresh', OTHER, 23.9, true],
    ['a day old', OTHER, 24, false],
    ['this one’s own', OWN, 0, false],
  ])('%s', (_, witness, hours, held) => {
    const inventory = behind(marked(witness, hours))
    expect(codes(judge(from(inventory))).includes('ANOTHER_WITNESS')).toBe(held)
    const { automatic, blocked } = plan(inventory)
    expect(automatic.allowed).toBe(!held)
    if (held) expect(automatic).toMatchObject({ code: 'ANOTHER_WITNESS', from: NOW - hours * HOUR_MS + 24 * HOUR_MS })
    // A person may, and takes over by it.
    expect(blocked).toBeNull()
  })

  test('is said with both ids, a date, and the way to take over', () => {
    const said = judge(from(behind(marked(OTHER, 2)))).reasons.find(({ code }) => code === 'ANOTHER_WITNESS')
    expect(said?.severity).toBe('WARNING')
    expect(said?.message).toBe(
      `Another witness (${OTHER}) repaired hqs1p1/DAT1 last, at 2026-11-22 10:00. Until 2026-11-23 10:00 this one (${OWN}) repairs it only where a person wants it.`,
    )
    expect(said?.action).toContain('take over')
  })

  test('that is dated in the future counts from its first sight, and not until that date', () => {
    const forged = behind({ mark: { witness: OTHER, at: NOW + 400 * 24 * HOUR_MS } })
    const first = from(forged)
    const memory = remember(first, judge(first))
    expect(memory.otherWitness?.at).toBe(NOW)
    const later = from(forged, { memory, now: NOW + 20 * HOUR_MS })
    expect(codes(judge(later))).toContain('ANOTHER_WITNESS')
    expect(remember(later, judge(later)).otherWitness?.at).toBe(NOW)
    expect(codes(judge(from(forged, { memory, now: NOW + 24 * HOUR_MS })))).not.toContain('ANOTHER_WITNESS')
  })

  test('stays known where it is not read again, ends with its day, and at once with a mark of our own', () => {
    const first = from(behind(marked(OTHER, 1)))
    const memory = remember(first, judge(first))
    const upToDate = inventoryOf(primarySide([a]), backupSide([a]))
    const next = from(upToDate, { memory, now: NOW + HOUR_MS })
    expect(codes(judge(next))).toContain('ANOTHER_WITNESS')
    expect(remember(next, judge(next)).otherWitness?.id).toBe(OTHER)
    expect(codes(judge(from(upToDate, { memory, now: NOW + 23 * HOUR_MS })))).not.toContain('ANOTHER_WITNESS')
    const ours = from({ ...upToDate, ...marked(OWN, 0) }, { memory, now: NOW + HOUR_MS })
    expect(codes(judge(ours))).not.toContain('ANOTHER_WITNESS')
    expect(remember(ours, judge(ours)).otherWitness).toBeNull()
  })

  test('opens nothing: whatever it says, what a person has to decide stays so', () => {
    const noCommon = inventoryOf(primarySide([b]), backupSide([a]), marked(OWN, 0))
    expect(plan(noCommon).automatic.code).toBe('NEEDS_PERSON')
  })

  test('holds a half-done swap for an hour only', () => {
    const next = sibling('next', null, undefined, { snapshots: [a] })
    const aside = sibling('aside', `${next.name}@a`)
    const half = (hours: number) =>
      plan(inventoryOf(primarySide([a, b]), MISSING, { backupSiblings: [aside, next], ...marked(OTHER, hours) }))
    expect(half(0.9)).toMatchObject({ kind: 'FINISH_SWAP', automatic: { code: 'ANOTHER_WITNESS' } })
    expect(half(1.1)).toMatchObject({ kind: 'FINISH_SWAP', automatic: { allowed: true } })
  })
})

describe('the mark of this witness', () => {
  const own = `zwitness:by=${OWN}@2026-11-22T12:00:00Z`

  test('is set before the first byte and at the end', () => {
    expect(lines(plan(behind()))).toEqual([
      `sudo -n zfs set ${own} hqs1p1/DAT1`,
      expect.stringContaining('| sudo -n zfs receive -s -u hqs1p1/DAT1'),
      expect.stringContaining('zfs bookmark'),
      `sudo -n zfs set ${own} hqs1p1/DAT1`,
      'verify',
    ])
  })

  test('a backup that its first stream makes begins with it', () => {
    const [, seed, ...rest] = lines(plan(inventoryOf(primarySide([a]), MISSING)))
    expect(seed).toEndWith(`zfs receive -s -u -o readonly=on -o ${own} hqs1p1/DAT1`)
    expect(rest.at(-2)).toBe(`sudo -n zfs set ${own} hqs1p1/DAT1`)
  })

  test('what takes the place of the backup has it before anything is sent there', () => {
    const diverged = inventoryOf(primarySide([a, b]), backupSide([a], { written: 9 }))
    const made = lines(plan(diverged))
    const swap = made.findIndex((line) => line.includes('rename -u'))
    expect(made[0]).toBe(`sudo -n zfs set ${own} hqs1p1/DAT1`)
    // The way back, which runs only where ZFS refuses the swap, belongs to it.
    expect(made[swap + 1]).toBe('sudo -n zfs promote hqs1p1/DAT1')
    expect(made[swap + 2]).toBe(`sudo -n zfs set ${own} hqs1p1/DAT1`)
    expect(made.at(-2)).toBe(`sudo -n zfs set ${own} hqs1p1/DAT1`)
  })

  test('the same plan a minute later is the same plan', () => {
    const later = planned(behind(), {
      policy,
      judge: { witness: OWN, now: NOW + 60_000 },
      options: { witness: OWN, now: NOW + 60_000 },
    })
    expect(later.hash).toBe(plan(behind()).hash)
  })

  test('is not left where the right is missing, which is said and fails nothing', () => {
    const backup = new Set(['receive:append', 'create', 'mount'])
    const made = plan(behind({ rights: { primary: 'all', backup } }))
    expect(lines(made).join('\n')).not.toContain('zwitness:by')
    expect(made.notes.join(' ')).toContain('`userprop`')
    expect(made.blocked).toBeNull()
  })

  test('is nothing where nothing is to be done', () => {
    expect(plan(inventoryOf(primarySide([a]), backupSide([a]))).steps).toEqual([])
  })
})
