import { describe, expect, test } from 'bun:test'
import { emptyMemory } from '../memory.ts'
import {
  backupSide,
  codes,
  guidOf,
  inventoryOf,
  judged,
  MAPPING,
  MISSING,
  pool,
  primarySide,
  sibling,
  taken,
  tokenOf,
} from '../testing/world.ts'
import { tokenDigest } from '../token.ts'
import type { Inventory, Side } from '../types/inventory.ts'
import type { JudgeInput } from '../types/verdict.ts'

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

  test('an unfinished first transfer: no common snapshot yet, and it can be resumed', () => {
    const verdict = judged(pair(primarySide([a]), backupSide([], { receiveResumeToken: TOKEN })))
    expect(codes(verdict)).toEqual(['NO_COMMON_SNAPSHOT', 'PARTIAL_RECEIVE'])
    expect(verdict.reason.action).toBe('Resume the transfer.')
  })

  test('a swap that was cut off is known by names and origins alone', () => {
    const next = sibling('next', null)
    const aside = sibling('aside', `${next.name}@a`)
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
      { writtenSinceBase: 0, ivSets: new Map([[a.guid, { primary: '7', backup: '7' }]]) },
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
    const backupSiblings = ['01', '02', '03'].map((day) => sibling('aside', null, `202611${day}T000000Z`))
    expect(codes(judged(pair(primarySide([a]), backupSide([a, own]), { backupSiblings })))).toContain('SET_ASIDE_LIMIT')
    expect(codes(judged(pair(primarySide([a]), backupSide([a]), { backupSiblings })))).not.toContain('SET_ASIDE_LIMIT')
  })
})

describe('a partial receive', () => {
  const stored = pair(primarySide([a, c]), backupSide([a], { receiveResumeToken: TOKEN }), {
    token: tokenOf(c, a, { bytes: 212 * 2 ** 30, remainingBytes: 200 * 2 ** 30 }),
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
    ['its snapshot is gone', tokenOf({ name: 'x', guid: '77' }, a)],
    ['the backup moved on', tokenOf(c, { name: 'y', guid: '78' })],
  ] as const)('that can no longer be finished: %s', (_, token) => {
    expect(judged({ ...stored, token }).reason.message).toContain('can no longer be resumed')
  })
})
