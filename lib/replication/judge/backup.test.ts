import { describe, expect, test } from 'bun:test'
import { emptyMemory } from '../memory.ts'
import {
  backupSide,
  bookmarked,
  codes,
  guidOf,
  inventoryOf,
  judged,
  MAPPING,
  MISSING,
  NOW,
  policyOf,
  pool,
  primarySide,
  taken,
} from '../testing/world.ts'
import { tokenDigest } from '../token.ts'
import type { Inventory, JudgeInput, Side } from '../types.ts'

const a = taken('a', 30)
const b = taken('b', 20)
const c = taken('c', 10)
const own = taken('own', 5)
const TOKEN = '1-abc-80-789c'
const pair = (primary: Side, backup: Side, over: Partial<Inventory> = {}) => inventoryOf(primary, backup, over)
const main = (inventory: Inventory, over: Partial<JudgeInput> = {}) => judged(inventory, over).reason.code

describe('broken', () => {
  test.each([
    ['BACKUP_DATASET_MISSING', pair(primarySide([a]), MISSING)],
    ['PRIMARY_DATASET_MISSING', pair(MISSING, backupSide([a]))],
    ['PRIMARY_EMPTY', pair(primarySide([]), backupSide([a]))],
    ['NO_COMMON_SNAPSHOT', pair(primarySide([a]), backupSide([b]))],
    ['POOL_UNAVAILABLE', pair(primarySide([a]), { state: 'pool-unavailable', pool: 'hqs1p1', health: 'not imported' })],
    [
      'POOL_UNAVAILABLE',
      pair(primarySide([a]), backupSide([a]), { backupPool: pool('hqs1p1', { health: 'SUSPENDED' }) }),
    ],
    ['POOL_UNAVAILABLE', pair(primarySide([a]), backupSide([a]), { backupPool: pool('hqs1p1', { readonly: true }) })],
  ] as const)('%s', (code, inventory) => {
    const verdict = judged(inventory)
    expect(verdict).toMatchObject({ health: 'BROKEN', reason: { code }, looked: true })
    expect(verdict.reason.action).not.toBeNull()
  })

  test('a read-only pool can still be sent from', () => {
    expect(main(pair(primarySide([a]), backupSide([a]), { primaryPool: pool('hqs8p1', { readonly: true }) }))).toBe(
      'UP_TO_DATE',
    )
  })

  test('PRIMARY_EMPTY is also a primary whose snapshots the policy does not want', () => {
    expect(main(pair(primarySide([a]), backupSide([a])), { policy: policyOf({ snapshotInclude: ['daily-*'] }) })).toBe(
      'PRIMARY_EMPTY',
    )
  })

  test('an unfinished first transfer: no common snapshot yet, and it can be resumed', () => {
    const verdict = judged(pair(primarySide([a]), backupSide([], { receiveResumeToken: TOKEN })))
    expect(codes(verdict)).toEqual(['NO_COMMON_SNAPSHOT', 'PARTIAL_RECEIVE'])
    expect(verdict.reason.action).toBe('Resume the transfer.')
  })

  test('a swap that was cut off is known by names and origins alone', () => {
    const next = { name: `${MAPPING.backup.dataset}.zw-next-20261122T100000Z`, origin: null, children: 0 }
    const aside = { name: `${MAPPING.backup.dataset}.zw-aside-20261122T100000Z`, origin: `${next.name}@a`, children: 0 }
    expect(main(pair(primarySide([a]), MISSING, { backupSiblings: [next, aside] }))).toBe('HALF_DONE_SWAP')
    expect(
      main(pair(primarySide([a]), backupSide([a], { origin: `${next.name}@a` }), { backupSiblings: [next] })),
    ).toBe('HALF_DONE_SWAP')
    expect(
      main(
        pair(primarySide([a]), backupSide([a]), {
          backupSiblings: [{ ...aside, origin: `${MAPPING.backup.dataset}@a` }],
        }),
      ),
    ).toBe('UP_TO_DATE')
  })
})

describe('what stands on the backup after the base', () => {
  test('own snapshots', () => {
    const verdict = judged(pair(primarySide([a, c]), backupSide([a, own])))
    expect(verdict).toMatchObject({ health: 'WARNING', reason: { code: 'BACKUP_AHEAD' } })
    expect(verdict.reason.message).toBe(
      'hqs1 holds 1 snapshot newer than the last common one (@a) that hqs8 does not have.',
    )
    expect(verdict.reason.evidence).toMatchObject({ count: 1, snapshots: [{ name: 'own', guid: own.guid }] })
  })

  test('own snapshots without any change are a note, unless the send is raw', () => {
    const inventory = pair(primarySide([a, c]), backupSide([a, own]), { writtenSinceBase: 0 })
    expect(judged(inventory)).toMatchObject({ health: 'HEALTHY' })
    expect(codes(judged(inventory))).toEqual(['WITHIN_POLICY', 'EXTRA_ON_BACKUP'])
    const keys = { encryption: 'aes-256-gcm', keyStatus: 'available' } as const
    const raw = pair(
      primarySide([a, c], [], { ...keys, encryptionRoot: MAPPING.primary.dataset }),
      backupSide([a, own], { ...keys, encryptionRoot: MAPPING.backup.dataset }),
      { writtenSinceBase: 0 },
    )
    expect(main(raw)).toBe('BACKUP_AHEAD')
  })

  test('own snapshots whose changes were not read are not harmless', () => {
    expect(main(pair(primarySide([a, c]), backupSide([a, own]), { writtenSinceBase: null }))).toBe('BACKUP_AHEAD')
  })

  test('own writes', () => {
    const verdict = judged(pair(primarySide([a, c]), backupSide([a], { written: 1.2 * 2 ** 20, readonly: false })))
    expect(verdict.reason.message).toBe('hqs1p1/DAT1 was written to after its last snapshot (1.2 MiB).')
    expect(verdict.reason.action).toContain('readonly=on')
  })

  test('the same name with another guid', () => {
    const clash = taken('c', 9, { guid: guidOf('other') })
    expect(codes(judged(pair(primarySide([a, c]), backupSide([a, clash]))))).toEqual([
      'NAME_CLASH',
      'BACKUP_AHEAD',
      'WITHIN_POLICY',
    ])
  })

  test('writes that grew since the last look: someone works there', () => {
    const memory = { ...emptyMemory(), backupWritten: { bytes: 1000, grewAt: null } }
    const grown = pair(primarySide([a]), backupSide([a], { written: 1000 + 12 * 2 ** 20 }))
    expect(judged(grown, { memory }).reason).toMatchObject({
      code: 'BACKUP_IN_USE',
      evidence: { grewBytes: 12 * 2 ** 20 },
    })
    expect(main(pair(primarySide([a]), backupSide([a], { written: 1000 })), { memory })).toBe('BACKUP_MODIFIED')
  })

  test('a backup that is replicated onwards is fine until it diverges', () => {
    expect(main(pair(primarySide([a]), backupSide([a])), { backupIsPrimaryElsewhere: true })).toBe('UP_TO_DATE')
    expect(main(pair(primarySide([a]), backupSide([a, own])), { backupIsPrimaryElsewhere: true })).toBe('BACKUP_IN_USE')
  })

  test('three set-asides are enough', () => {
    const backupSiblings = ['01', '02', '03'].map((day) => ({
      name: `${MAPPING.backup.dataset}.zw-aside-202611${day}T000000Z`,
      origin: null,
      children: 0,
    }))
    expect(codes(judged(pair(primarySide([a]), backupSide([a, own]), { backupSiblings })))).toContain('SET_ASIDE_LIMIT')
    expect(codes(judged(pair(primarySide([a]), backupSide([a]), { backupSiblings })))).not.toContain('SET_ASIDE_LIMIT')
  })
})

describe('a partial receive', () => {
  const stored = pair(primarySide([a, c]), backupSide([a], { receiveResumeToken: TOKEN }), {
    token: {
      toName: 'hqs8p1/DAT1@c',
      toGuid: c.guid,
      fromGuid: a.guid,
      bytes: 212 * 2 ** 30,
      remainingBytes: 200 * 2 ** 30,
    },
  })
  const memory = (token: string, unchangedLooks = 0) => ({
    ...emptyMemory(),
    token: { digest: tokenDigest(token), unchangedLooks },
  })

  test('that stands still can resume', () => {
    const { reason } = judged(stored, { memory: memory(TOKEN, 1) })
    expect(reason).toMatchObject({ code: 'PARTIAL_RECEIVE', evidence: { unchangedLooks: 2 } })
    expect(reason.message).toBe('A transfer stopped part-way (212 GiB of about 412 GiB kept). It can resume.')
  })

  test('that moved since the last look is a running one: a note, no fault', () => {
    expect(codes(judged(stored, { memory: memory('1-def-80-789c') }))).toEqual(['WITHIN_POLICY', 'BUSY'])
  })

  test('of a run of ours that ended has not moved by itself', () => {
    expect(main(stored, { memory: memory('1-def-80-789c'), ownToken: true })).toBe('PARTIAL_RECEIVE')
  })

  test.each([
    ['ZFS says so', { unusable: 'token-stale', text: 'incremental source 0x1 no longer exists' }],
    [
      'its snapshot is gone',
      { toName: 'hqs8p1/DAT1@x', toGuid: '77', fromGuid: a.guid, bytes: 1, remainingBytes: null },
    ],
    [
      'the backup moved on',
      { toName: 'hqs8p1/DAT1@c', toGuid: c.guid, fromGuid: '78', bytes: 1, remainingBytes: null },
    ],
  ] as const)('that can no longer be finished: %s', (_, token) => {
    expect(judged({ ...stored, token }).reason.message).toContain('can no longer be resumed')
  })
})

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
    ['a loaded key needs no raw', { encryption: 'aes-256-gcm', keyStatus: 'available' }, {}, 'auto', 'UP_TO_DATE'],
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
    const repairs = { ...counts, last: { runId: '7', kind, message: 'It was refused.', at: NOW } }
    expect(main(pair(primarySide([a]), backupSide([a])), { repairs })).toBe(code)
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
