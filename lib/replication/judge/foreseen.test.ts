import { describe, expect, test } from 'bun:test'
import { backupSide, judged, inventoryOf as pair, policyOf, pool, primarySide, taken } from '../testing/world.ts'
import type { Inventory, IvSets, Rights } from '../types/inventory.ts'
import type { Reason } from '../types/reason.ts'

/* What is known to fail is in the status before it fails. */
const a = taken('a', 30)
const b = taken('b', 20)
const RAW_ROOT = { encryption: 'aes-256-gcm', encryptionRoot: 'hqs1p1/DAT1', keyStatus: 'unavailable' } as const
const ENCRYPTED = { encryption: 'aes-256-gcm', keyStatus: 'available' } as const

const of = (reasons: readonly Reason[], code: string) => reasons.find((each) => each.code === code)

describe('IV sets of the base', () => {
  const seen = (ivSets: IvSets | undefined, there: object = RAW_ROOT, over: object = {}) =>
    judged(
      {
        ...pair(primarySide([a], [], ENCRYPTED), backupSide([a], there)),
        ...(ivSets && { ivSets: new Map([[a.guid, ivSets]]) }),
      },
      over,
    ).reasons

  test('that differ where the backup is encrypted refuse every raw increment: said before one fails, with what to do', () => {
    const reason = of(seen({ primary: '11', backup: '12' }), 'ENCRYPTION_MISMATCH')
    expect(reason?.severity).toBe('WARNING')
    expect(reason?.message).toContain('hqs1p1/DAT1@a was not received raw')
    expect(reason?.message).toContain('IV set guid mismatch')
    expect(reason?.action).toContain('another `backup_dataset`')
    expect(reason?.action).toContain('`send: { raw: false }`')
    expect(reason?.evidence).toMatchObject({
      why: 'iv-sets-differ',
      base: 'a',
      ivSets: { primary: '11', backup: '12' },
    })
  })

  test('where the line was ever raw, nothing but a new raw backup is offered', () => {
    const line = { raw: true, decrypted: false }
    const reason = of(seen({ primary: '11', backup: '12' }, RAW_ROOT, { line }), 'ENCRYPTION_MISMATCH')
    expect(reason?.action).toContain('another `backup_dataset`')
    expect(reason?.action).not.toContain('raw: false')
  })

  test('that are equal are no reason, nor that they could not be read while nothing waits', () => {
    expect(of(seen({ primary: '11', backup: '11' }), 'ENCRYPTION_MISMATCH')).toBeUndefined()
    expect(of(seen(undefined), 'ENCRYPTION_MISMATCH')).toBeUndefined()
  })

  test('a backup that is not encrypted needs a word of a person, once', () => {
    const plain = (raw: boolean | 'auto') => {
      const policy = policyOf({ send: { raw, largeBlocks: false, compressed: false } })
      return of(seen(undefined, {}, { policy }), 'ENCRYPTION_MISMATCH')
    }
    expect(plain('auto')?.evidence.why).toBe('raw-onto-plain')
    expect(plain('auto')?.action).toContain('`send: { raw: false }`')
    // Nothing waits to be sent.
    expect(plain(false)).toBeUndefined()
  })
})

describe('a quota', () => {
  const big = pool('hqs1p1', { sizeBytes: 1e12, freeBytes: 9e11 })
  const seen = (available: number, quotas: Inventory['quotas'], behindBytes: number | null = 9e6) => {
    const inventory = pair(primarySide([a, b]), backupSide([a], { available }), { backupPool: big })
    return of(judged({ ...inventory, ...(quotas && { quotas }) }, { behindBytes }).reasons, 'LOW_SPACE')
  }
  const quota = { dataset: 'hqs1p1/DAT1', property: 'quota', bytes: 3e6 } as const

  test('that what waits does not fit is named', () => {
    const reason = seen(1e6, [quota])
    expect(reason?.severity).toBe('WARNING')
    expect(reason?.message).toContain('hqs1p1/DAT1 may take only')
    expect(reason?.message).toMatch(/`quota=[^`]+` on hqs1p1\/DAT1/)
    expect(reason?.action).toContain('Raise that quota on hqs1')
  })

  test('of a parent too; and one that could not be read is spoken of', () => {
    expect(seen(1e6, [{ ...quota, dataset: 'hqs1p1' }, quota])?.message).toContain('on hqs1p1 and `quota=')
    expect(seen(1e6, undefined)?.message).toContain('a quota on it or above it')
  })

  test('that it fits, or of which nothing is estimated, is no reason', () => {
    expect(seen(9e6, [quota])).toBeUndefined()
    expect(seen(1e6, [quota], null)).toBeUndefined()
  })
})

describe('a right', () => {
  const auto = policyOf({ autoRepair: true })
  const seen = (delegated: Rights | undefined, policy = auto, backup = backupSide([a])) => {
    const inventory = pair(primarySide([a, b]), backup)
    return of(judged({ ...inventory, ...(delegated && { delegated }) }, { policy }).reasons, 'PERMISSION_MISSING')
  }
  const all = { primary: new Set(['send', 'hold']), backup: new Set(['receive:append', 'mount']) }

  test('that is missing is in the status before a repair fails for it', () => {
    const reason = seen({ ...all, backup: new Set(['mount']) })
    expect(reason?.severity).toBe('WARNING')
    expect(reason?.message).toContain('on hqs1 the login lacks receive:append for hqs1p1/DAT1')
    expect(seen({ ...all, primary: new Set<string>() })?.message).toContain('on hqs8 the login lacks send')
  })

  test('that is there, or included in a wider one, is no reason', () => {
    expect(seen(all)).toBeUndefined()
    expect(seen({ ...all, backup: new Set(['receive', 'mount']) })).toBeUndefined()
    expect(seen({ primary: 'all', backup: 'all' })).toBeUndefined()
  })

  test('is never guessed: not where it could not be read, nor where somebody else may be the one who sends', () => {
    expect(seen(undefined)).toBeUndefined()
    expect(seen({ primary: null, backup: null })).toBeUndefined()
    const none = { primary: new Set<string>(), backup: new Set<string>() }
    expect(seen(none, policyOf({ autoRepair: false }))).toBeUndefined()
    expect(seen(none, policyOf({ autoRepair: true, dryRun: true }))).toBeUndefined()
    expect(seen(none, auto, backupSide([a, b]))).toBeUndefined()
  })
})
