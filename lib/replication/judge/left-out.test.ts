import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  codes,
  inventoryOf,
  judged,
  MISSING,
  planned,
  policyOf,
  primarySide,
  taken,
} from '../testing/world.ts'
import type { Inventory } from '../types/inventory.ts'
import type { JudgeInput } from '../types/verdict.ts'

const syncoid = policyOf({ snapshotExclude: ['syncoid_*', 'tmp-*'], autoRepair: true })
const at: Partial<JudgeInput> = { policy: syncoid, filterAt: { include: null, exclude: null } }
const s1 = taken('syncoid_w_1', 30)
const s2 = taken('syncoid_w_2', 1)
const old = taken('syncoid_w_0', 80)
const oldest = taken('syncoid_w_0', 220)
const own = taken('own', 0.5)
const both = (primary: readonly ReturnType<typeof taken>[], backup: readonly ReturnType<typeof taken>[]) =>
  inventoryOf(primarySide(primary), backupSide(backup))

describe('policy wants none of the snapshots of the primary', () => {
  const table: readonly (readonly [string, Inventory, Partial<JudgeInput>, string, readonly string[]])[] = [
    ['in step by guid', both([s2], [s1, s2]), at, 'HEALTHY', ['UP_TO_DATE', 'ALL_LEFT_OUT']],
    [
      'in step by a filter of one’s own',
      both([s2], [s2]),
      { policy: policyOf({ snapshotInclude: ['daily-*'] }) },
      'HEALTHY',
      ['UP_TO_DATE', 'ALL_LEFT_OUT'],
    ],
    ['the newest is on its way there', both([s1, s2], [s1]), at, 'HEALTHY', ['UP_TO_DATE', 'ALL_LEFT_OUT']],
    [
      'nothing came for longer than the delay allows',
      both([taken('syncoid_w_0', 73), s2], [taken('syncoid_w_0', 73)]),
      at,
      'BROKEN',
      ['PRIMARY_EMPTY'],
    ],
    [
      'in step, and no snapshot at all is taken any more',
      both([old], [old]),
      at,
      'WARNING',
      ['PRIMARY_STALE', 'UP_TO_DATE', 'ALL_LEFT_OUT'],
    ],
    [
      'the same for three times as long',
      both([oldest], [oldest]),
      at,
      'BROKEN',
      ['PRIMARY_STOPPED', 'UP_TO_DATE', 'ALL_LEFT_OUT'],
    ],
    ['nothing in common', both([s2], [s1]), at, 'BROKEN', ['PRIMARY_EMPTY']],
    ['no backup', inventoryOf(primarySide([s2]), MISSING), at, 'BROKEN', ['BACKUP_DATASET_MISSING', 'PRIMARY_EMPTY']],
    ['no snapshot at all', both([], [s1]), at, 'BROKEN', ['PRIMARY_EMPTY']],
    [
      'in step, and the recovery point too old',
      both([s2], [s2]),
      { policy: { ...syncoid, maxRecoveryPointSeconds: 60 } },
      'WARNING',
      ['RECOVERY_POINT_OLD', 'UP_TO_DATE', 'ALL_LEFT_OUT'],
    ],
    [
      'in step, and written to since',
      inventoryOf(primarySide([s2]), backupSide([s2], { written: 5000 })),
      at,
      'WARNING',
      ['BACKUP_MODIFIED', 'UP_TO_DATE', 'ALL_LEFT_OUT'],
    ],
  ]
  test.each(table)('%s', (_, inventory, input, health, wanted) => {
    const verdict = judged(inventory, input)
    expect([verdict.health as string, ...codes(verdict)]).toEqual([health, ...wanted])
  })

  test('one that it does want, and nothing is left out any more', () =>
    expect(codes(judged(both([s2, own], [s2, own]), at))).toEqual(['UP_TO_DATE']))
})

describe('the filter is named, with its place', () => {
  const said = (inventory: Inventory, over: Partial<JudgeInput>) => {
    const { reason } = judged(inventory, over)
    return `${reason.message} ${reason.action}`
  }

  test('only the patterns that leave something out', () => {
    const note = judged(both([s2], [s2]), at).reasons.at(-1)
    expect(note).toMatchObject({ code: 'ALL_LEFT_OUT', severity: 'NOTE' })
    expect(note?.message).toBe(
      "hqs8's hqs8p1/DAT1 has no snapshot that policy wants: the only one is left out by `snapshot_exclude: [syncoid_*]` (the default). So nothing is sent from here; by another tool hqs1 has @syncoid_w_2, the newest.",
    )
  })

  test('BROKEN says which one the backup lacks', () =>
    expect(said(both([taken('syncoid_w_0', 73), s2], [taken('syncoid_w_0', 73)]), at)).toBe(
      "hqs8's hqs8p1/DAT1 has no snapshot that policy wants: all 2 are left out by `snapshot_exclude: [syncoid_*]` (the default). The newest, @syncoid_w_2 (2026-11-22 11:00), is not on hqs1. hqs1 keeps what it has. Change that setting if they are to be replicated, or take snapshots on hqs8 that it does not leave out.",
    ))

  const include = {
    policy: policyOf({ snapshotInclude: ['20*'] }),
    filterAt: { include: 'app-config.yaml line 9', exclude: null },
  }
  const manual = inventoryOf(primarySide([taken('manual-snap', 3)]), MISSING)

  test('no advice to take a snapshot where there are some: it is the policy', () => {
    const text = said(manual, include)
    expect(text).toContain('`snapshot_include: [20*]` (app-config.yaml line 9)')
    expect(text).toContain('Change that setting')
    expect(text).not.toContain('Take a snapshot on hqs8 first')
    const { blocked } = planned(manual, { policy: include.policy, options: { filterAt: include.filterAt } })
    expect(blocked).toMatchObject({ code: 'PRIMARY_EMPTY' })
    expect(`${blocked?.because} ${blocked?.cure}`).toContain('`snapshot_include: [20*]` (app-config.yaml line 9)')
    expect(blocked?.cure).toStartWith('Change that setting')
  })

  test('without a snapshot the schedule is what is looked at, and no setting is named', () => {
    const text = said(inventoryOf(primarySide([]), backupSide([s1])), at)
    expect(text).toBe(
      "hqs8's hqs8p1/DAT1 has no snapshot. hqs1 keeps what it has. Check the snapshot schedule on hqs8.",
    )
  })

  test('too young is no filter', () => {
    const young = { policy: policyOf({ minAgeSeconds: 7200 }) }
    expect(said(inventoryOf(primarySide([taken('x', 1)]), MISSING), young)).toContain(
      '1 snapshot will be wanted once older',
    )
    expect(codes(judged(both([taken('x', 1)], [taken('x', 1)]), young))).toEqual(['UP_TO_DATE', 'ALL_LEFT_OUT'])
  })
})

test('nothing is planned where both sides are together, and nothing is set aside for what is not wanted', () => {
  expect(planned(both([s2], [s2]), { policy: syncoid })).toMatchObject({ kind: 'NOTHING', blocked: null, steps: [] })
  const written = inventoryOf(primarySide([s2]), backupSide([s2], { written: 5000 }))
  expect(planned(written, { policy: syncoid })).toMatchObject({ kind: 'IMPOSSIBLE', steps: [] })
})

describe('NAME_CLASH says what the plan does', () => {
  const base = taken('base', 20)
  const clash = { ...taken('dup', 30), guid: '77' }
  const clashing = (backup: readonly ReturnType<typeof taken>[], over = {}) =>
    inventoryOf(primarySide([base, taken('dup', 1)]), backupSide(backup, over), { writtenSinceBase: 0 })
  const actionOf = (inventory: Inventory) =>
    judged(inventory).reasons.find(({ code }) => code === 'NAME_CLASH')?.action ?? ''

  test('older than every common snapshot: it gets another name, and nothing is sent again', () => {
    const inventory = clashing([clash, base])
    expect(planned(inventory).kind).toBe('INCREMENTAL')
    expect(actionOf(inventory)).toBe(
      'A repair gives what is on hqs1 another name and goes on from @base: nothing is destroyed, and nothing sent twice.',
    )
  })

  test('with something else in the way, the common one from which the repair goes on', () => {
    const inventory = clashing([clash, base], { written: 9 })
    expect(planned(inventory).kind).toBe('SET_ASIDE_REWIND')
    expect(actionOf(inventory)).toBe('Set what is in the way on hqs1 aside and go on from @base.')
  })
})
