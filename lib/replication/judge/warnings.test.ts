import { describe, expect, test } from 'bun:test'
import { factsNow } from '../plan/expectation.ts'
import {
  backupSide,
  bookmarked,
  codes,
  comparisonOf,
  guidOf,
  inventoryOf,
  judged,
  MISSING,
  NOW,
  policyOf,
  pool,
  primarySide,
  taken,
} from '../testing/world.ts'
import type { Inventory, Side } from '../types/inventory.ts'
import type { JudgeInput } from '../types/verdict.ts'

const a = taken('a', 30)
const b = taken('b', 20)
const c = taken('c', 10)
const _own = taken('own', 5)
const _TOKEN = '1-abc-80-789c'
const pair = (primary: Side, backup: Side, over: Partial<Inventory> = {}) => inventoryOf(primary, backup, over)
const main = (inventory: Inventory, over: Partial<JudgeInput> = {}) => judged(inventory, over).reason.code

describe('warnings of the chain and around it', () => {
  const late = (bookmarks: Parameters<typeof primarySide>[1] = [], holds = 0) =>
    pair(primarySide([taken('a', 90, { holds }), taken('z', 30)], bookmarks), backupSide([taken('a', 90)]))

  test('CHAIN_AT_RISK: the last common snapshot, something waits, and nothing protects it', () => {
    expect(codes(judged(late()))).toContain('CHAIN_AT_RISK')
    expect(judged(late()).reason.message).toBe('Only 1 common snapshot is left on hqs8 and nothing protects it.')
    expect(codes(judged(late([bookmarked(taken('a', 90))])))).not.toContain('CHAIN_AT_RISK')
    expect(codes(judged(late([], 1)))).not.toContain('CHAIN_AT_RISK')
  })

  test('CHAIN_AT_RISK: no more anchors can be made', () => {
    const marks = Array.from({ length: 20 }, (_, n) => ({
      ...bookmarked(taken(`gone${n}`, 200)),
      name: `zw-${BigInt(guidOf(`gone${n}`))
        .toString(16)
        .padStart(16, '0')}`,
    }))
    const two = pair(
      primarySide([taken('a', 91), taken('b', 90), taken('z', 30)], marks),
      backupSide([taken('a', 91), taken('b', 90)]),
    )
    expect(codes(judged(two))).toContain('CHAIN_AT_RISK')
  })

  test('POOL_DEGRADED on either side', () => {
    expect(main(pair(primarySide([a]), backupSide([a]), { primaryPool: pool('hqs8p1', { health: 'DEGRADED' }) }))).toBe(
      'POOL_DEGRADED',
    )
  })

  test('LOW_SPACE: an estimate that does not fit beside what must stay', () => {
    const inventory = pair(primarySide([a, c]), backupSide([a]), {
      backupPool: pool('hqs1p1', { sizeBytes: 1000, freeBytes: 300 }),
    })
    expect(main(inventory, { behindBytes: 182 })).toBe('LOW_SPACE')
    expect(main(inventory, { behindBytes: 181 })).toBe('WITHIN_POLICY')
  })

  test.each([
    [
      'the key is not loaded and the copy is not raw',
      { encryption: 'aes-256-gcm', keyStatus: 'unavailable' },
      {},
      false,
      'ENCRYPTION_MISMATCH',
    ],
    [
      'a copy that is not encrypted, and nobody has said that it may be sent decrypted',
      { encryption: 'aes-256-gcm', keyStatus: 'available' },
      {},
      'auto',
      'ENCRYPTION_MISMATCH',
    ],
    [
      'raw fits a copy that is its own root',
      { encryption: 'aes-256-gcm', keyStatus: 'unavailable' },
      { encryption: 'aes-256-gcm', encryptionRoot: 'hqs1p1/DAT1', keyStatus: 'unavailable' },
      'auto',
      'UP_TO_DATE',
    ],
    [
      'raw by policy onto a plain copy',
      { encryption: 'aes-256-gcm', keyStatus: 'available' },
      {},
      true,
      'ENCRYPTION_MISMATCH',
    ],
    ['decrypted by policy', { encryption: 'aes-256-gcm', keyStatus: 'available' }, {}, false, 'UP_TO_DATE'],
  ] as const)('encryption: %s', (_, here, there, raw, code) => {
    const policy = policyOf({ send: { raw, largeBlocks: false, compressed: false } })
    expect(main(pair(primarySide([a], [], here), backupSide([a], there)), { policy })).toBe(code)
  })

  test.each([
    ['REPAIR_FAILING', { consecutiveFailures: 2, sameTwice: true, kind: 'busy' }],
    ['PERMISSION_MISSING', { consecutiveFailures: 1, sameTwice: false, kind: 'permission-denied' }],
    ['STALLED', { consecutiveFailures: 1, sameTwice: false, kind: 'stalled' }],
    ['LOW_SPACE', { consecutiveFailures: 1, sameTwice: false, kind: 'out-of-space' }],
  ] as const)('%s from what the last repairs met', (code, { kind, ...counts }) => {
    const inventory = pair(primarySide([a]), backupSide([a]))
    const facts = factsNow(inventory, comparisonOf(inventory, policyOf()))
    const tried = { kind: 'INCREMENTAL', facts } as const
    const repairs = { ...counts, last: { runId: '7', kind, message: 'It was refused.', at: NOW, tried } }
    expect(main(inventory, { repairs })).toBe(code)
    expect(main(pair(primarySide([a]), backupSide([a])), { repairs: { ...repairs, consecutiveFailures: 0 } })).toBe(
      'UP_TO_DATE',
    )
  })
})

describe('notes', () => {
  test('GAP_ON_BACKUP between common snapshots; what is older than all of them is kept shorter there', () => {
    const verdict = judged(pair(primarySide([a, b, c]), backupSide([a, c])))
    expect(codes(verdict)).toEqual(['UP_TO_DATE', 'GAP_ON_BACKUP'])
    expect(codes(judged(pair(primarySide([a, b, c]), backupSide([b, c]))))).toEqual(['UP_TO_DATE'])
  })

  test('WAITING_FOR_WINDOW while something waits outside the repair window', () => {
    const policy = policyOf({ repairWindow: { start: 0, end: 60, text: '00:00-01:00' } })
    expect(codes(judged(pair(primarySide([a, c]), backupSide([a])), { policy }))).toContain('WAITING_FOR_WINDOW')
  })

  test('RETIRED: gone on the primary as a child of a tree, nothing is missing', () => {
    const verdict = judged(pair(MISSING, backupSide([a])), { retired: true })
    expect(verdict).toMatchObject({ health: 'HEALTHY', reason: { code: 'RETIRED' } })
  })
})
