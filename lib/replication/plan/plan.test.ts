import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  bookmarked,
  guidOf,
  inventoryOf,
  lines,
  MISSING,
  planned,
  policyOf,
  pool,
  primarySide,
  taken,
  tokenOf,
  unreachable,
} from '../testing/world.ts'

const a = taken('a', 90)
const b = taken('b', 30)
const c = taken('c', 20)
const d = taken('d', 10)
const own = taken('own', 5)
const TOKEN = '1-abc-80-789c'
const hex = (name: string) => `zw-${BigInt(guidOf(name)).toString(16).padStart(16, '0')}`
const none = policyOf({ anchor: 'none' })
const keys = { encryption: 'aes-256-gcm', keyStatus: 'available' } as const

describe('plans that can run', () => {
  test('INCREMENTAL: one -I, the anchor of the new common snapshot, a look at both sides', () => {
    const plan = planned(inventoryOf(primarySide([a, b, c]), backupSide([a])))
    expect(plan).toMatchObject({
      kind: 'INCREMENTAL',
      blocked: null,
      destroys: [],
      outcome: 'hqs1 will match hqs8 up to @c.',
    })
    expect(lines(plan)).toEqual([
      'zfs send -v -P -I hqs8p1/DAT1@a hqs8p1/DAT1@c | sudo -n zfs receive -s -u hqs1p1/DAT1',
      `zfs bookmark hqs8p1/DAT1@c hqs8p1/DAT1#${hex('c')}`,
      'verify',
    ])
    expect(plan.steps.map((step) => step.n)).toEqual([1, 2, 3])
    expect(plan.expects).toMatchObject({
      baseGuid: a.guid,
      targetGuid: c.guid,
      backupAfterBase: [],
      backupWritten: 0,
      tokenDigest: null,
    })
  })

  test('INCREMENTAL over snapshots that the filter leaves out: hops', () => {
    const plan = planned(inventoryOf(primarySide([a, b, c, d]), backupSide([a])), {
      policy: policyOf({ anchor: 'none', snapshotExclude: ['c'] }),
    })
    expect(lines(plan)).toEqual([
      'zfs send -v -P -I hqs8p1/DAT1@a hqs8p1/DAT1@b | sudo -n zfs receive -s -u hqs1p1/DAT1',
      'zfs send -v -P -i hqs8p1/DAT1@b hqs8p1/DAT1@d | sudo -n zfs receive -s -u hqs1p1/DAT1',
      'verify',
    ])
    expect(plan.notes).toEqual([
      '1 newer snapshot(s) of the primary are left out, as policy does not want them (name or age).',
    ])
  })

  test("INCREMENTAL past the backup's own snapshots that hold no change; they stay", () => {
    const plan = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { writtenSinceBase: 0 }), {
      policy: none,
    })
    expect(plan.kind).toBe('INCREMENTAL')
    expect(plan.expects.backupAfterBase).toEqual([own.guid])
    expect(plan.notes).toEqual(['1 own snapshot of hqs1 after the base: no change in them, they stay.'])
  })

  test('FROM_BOOKMARK: -i from the mark, then -I', () => {
    const plan = planned(inventoryOf(primarySide([b, c, d], [bookmarked(a)]), backupSide([a])), { policy: none })
    expect(plan.kind).toBe('FROM_BOOKMARK')
    expect(lines(plan)).toEqual([
      'zfs send -v -P -i hqs8p1/DAT1#mark-a hqs8p1/DAT1@b | sudo -n zfs receive -s -u hqs1p1/DAT1',
      'zfs send -v -P -I hqs8p1/DAT1@b hqs8p1/DAT1@d | sudo -n zfs receive -s -u hqs1p1/DAT1',
      'verify',
    ])
  })

  test('SEED: the oldest eligible snapshot, anchored first, then everything to the newest; a new backup is read-only', () => {
    const plan = planned(inventoryOf(primarySide([a, b, c]), MISSING))
    expect(lines(plan)).toEqual([
      `zfs bookmark hqs8p1/DAT1@a hqs8p1/DAT1#${hex('a')}`,
      'zfs send -v -P hqs8p1/DAT1@a | sudo -n zfs receive -s -u -o readonly=on hqs1p1/DAT1',
      'zfs send -v -P -I hqs8p1/DAT1@a hqs8p1/DAT1@c | sudo -n zfs receive -s -u hqs1p1/DAT1',
      `zfs bookmark hqs8p1/DAT1@c hqs8p1/DAT1#${hex('c')}`,
      'verify',
    ])
  })

  test.each([
    ['policy says so', { policy: policyOf({ initial: 'latest' }) }],
    ['the oldest would not survive', { options: { oldestWouldNotSurvive: true } }],
  ])('SEED with the newest snapshot alone, and the plan says so: %s', (_, over) => {
    const plan = planned(inventoryOf(primarySide([a, b, c]), MISSING), over)
    expect(lines(plan).filter((line) => line.includes('send'))).toEqual([
      'zfs send -v -P hqs8p1/DAT1@c | sudo -n zfs receive -s -u -o readonly=on hqs1p1/DAT1',
    ])
    expect(plan.notes.join(' ')).toContain('2 older one(s) will not be on the backup')
    expect(plan.steps.filter((step) => step.kind === 'bookmark')).toHaveLength(1)
  })

  test('RESUME: the rest of the stream, then what is still missing after it', () => {
    const token = tokenOf(b, a)
    const inventory = inventoryOf(primarySide([a, b, c]), backupSide([a], { receiveResumeToken: TOKEN }), { token })
    const plan = planned(inventory, { policy: none })
    expect(plan.kind).toBe('RESUME')
    expect(lines(plan)).toEqual([
      `zfs send -v -P -t ${TOKEN} | sudo -n zfs receive -s -u hqs1p1/DAT1`,
      'zfs send -v -P -I hqs8p1/DAT1@b hqs8p1/DAT1@c | sudo -n zfs receive -s -u hqs1p1/DAT1',
      'verify',
    ])
  })

  test('an anchor that is there is not made again; the twenty-first is left out and said', () => {
    const marks = Array.from({ length: 20 }, (_, n) => bookmarked(taken(`old${n}`, 300), hex(`old${n}`)))
    const full = planned(inventoryOf(primarySide([a, b], marks), backupSide([a])))
    expect(full.steps.map((step) => step.kind)).toEqual(['transfer', 'verify'])
    expect(full.notes[0]).toStartWith('@b gets no anchor: 20 of ours are on the dataset already')
    const marked = planned(inventoryOf(primarySide([a, b], [bookmarked(b)]), backupSide([a])))
    expect(marked.steps.map((step) => step.kind)).toEqual(['transfer', 'verify'])
    expect(marked.notes).toEqual([])
  })

  test('a degraded pool goes on receiving', () => {
    const inventory = inventoryOf(primarySide([a, b]), backupSide([a]), {
      backupPool: pool('hqs1p1', { health: 'DEGRADED' }),
    })
    expect(planned(inventory)).toMatchObject({ kind: 'INCREMENTAL', blocked: null, automatic: { allowed: true } })
  })
})

describe('plans without a step say why', () => {
  test.each([
    ['everything is there', inventoryOf(primarySide([a]), backupSide([a])), 'NOTHING', undefined],
    [
      'a token that was not read',
      inventoryOf(primarySide([a, b]), backupSide([a], { receiveResumeToken: TOKEN })),
      'IMPOSSIBLE',
      'UNKNOWN_STATE',
    ],
    ['the primary unknown', inventoryOf(unreachable('hqs8'), backupSide([a])), 'IMPOSSIBLE', 'UNKNOWN_STATE'],
    ['the primary missing', inventoryOf(MISSING, backupSide([a])), 'IMPOSSIBLE', 'PRIMARY_DATASET_MISSING'],
    ['the primary empty', inventoryOf(primarySide([]), backupSide([a])), 'IMPOSSIBLE', 'PRIMARY_EMPTY'],
    ['the primary empty, the backup missing', inventoryOf(primarySide([]), MISSING), 'IMPOSSIBLE', 'PRIMARY_EMPTY'],
    [
      'a suspended pool',
      inventoryOf(primarySide([a, b]), backupSide([a]), { backupPool: pool('hqs1p1', { health: 'SUSPENDED' }) }),
      'IMPOSSIBLE',
      'POOL_UNAVAILABLE',
    ],
    [
      'a key that is not loaded',
      inventoryOf(primarySide([a, b], [], { ...keys, keyStatus: 'unavailable' }), backupSide([a])),
      'IMPOSSIBLE',
      'ENCRYPTION_MISMATCH',
    ],
  ] as const)('%s', (_, inventory, kind, code) => {
    const plan = planned(inventory)
    expect(plan).toMatchObject({ kind, steps: [], destroys: [], automatic: { allowed: false } })
    expect(plan.blocked?.code).toBe(code)
    expect(plan.blocked === null || plan.blocked.cure.length > 10).toBe(true)
  })

  test('dry_run shows the plan and forbids it to everybody, naming the line', () => {
    const plan = planned(inventoryOf(primarySide([a, b]), backupSide([a])), {
      policy: policyOf({ dryRun: true }),
      options: { dryRunAt: 'app-config.yaml line 14' },
    })
    expect(plan.steps.length).toBeGreaterThan(0)
    expect(plan.blocked).toMatchObject({
      code: 'POLICY_FORBIDS',
      because: expect.stringContaining('app-config.yaml line 14'),
    })
  })
})
