import { expect, test } from 'bun:test'
import { compare, filterOf } from '#lib/replication/compare.ts'
import {
  backupSide,
  inventoryOf,
  MISSING,
  NOW,
  policyOf,
  primarySide,
  sibling,
  taken,
} from '#lib/replication/testing/world.ts'
import type { Inventory, PresentSide, Side } from '#lib/replication/types/inventory.ts'
import type { WitnessMark } from '#lib/zfs/witness-mark.ts'
import { ForesightBook, foresee } from './foresee.ts'
import type { Sans } from './ports.ts'

const HOUR = 3600_000
const [a, b] = [taken('a', 30), taken('b', 20)]
const ALL = new Set(['send', 'receive:append', 'mount'])

/** What was asked of the SANs, and answers that a test may change. */
class Asked {
  readonly calls: string[] = []
  readonly marked: string[] = []
  readonly diffed: string[] = []
  only: boolean | null = true
  readonly marks = new Map<string, WitnessMark>()
  rights: ReadonlySet<string> | null = ALL
  readonly sans = {
    ivSets: async (asks: Parameters<Sans['ivSets']>[0]) => {
      this.calls.push(...asks.map(({ host, base }) => `ivset ${host}:${base}`))
      return new Map(asks.map(({ host, base }) => [`${host}:${base}`, host === 'hqs8' ? '11' : '12']))
    },
    enclosing: async (asks: Parameters<Sans['enclosing']>[0]) => {
      this.calls.push(...asks.map(({ host, dataset }) => `above ${host}:${dataset}`))
      const of = (name: string) => ({ name, encryption: 'aes-256-gcm', keyStatus: 'unavailable' as const })
      return new Map(asks.map(({ host, dataset }) => [`${host}:${dataset}`, of(dataset)]))
    },
    quotas: async (asks: Parameters<Sans['quotas']>[0]) => {
      this.calls.push(...asks.map(({ host, dataset }) => `quota ${host}:${dataset}`))
      return new Map(asks.map(({ host, dataset }) => [`${host}:${dataset}`, []]))
    },
    marks: async (asks: Parameters<Sans['marks']>[0]) => {
      this.marked.push(...asks.map(({ host, dataset }) => `${host}:${dataset}`))
      return new Map(asks.map(({ host, dataset }) => [`${host}:${dataset}`, this.marks.get(dataset) ?? null]))
    },
    onlyDirectories: async (asks: Parameters<Sans['onlyDirectories']>[0]) => {
      this.diffed.push(...asks.map(({ host, dataset, snapshot }) => `${host}:${dataset}@${snapshot}`))
      const { only } = this
      return new Map(only === null ? [] : asks.map(({ host, dataset }) => [`${host}:${dataset}`, only]))
    },
    delegated: async (asks: Parameters<Sans['delegated']>[0]) => {
      this.calls.push(...asks.map(({ host, dataset }) => `rights ${host}:${dataset}`))
      const { rights } = this
      return new Map(rights === null ? [] : asks.map(({ host, dataset }) => [`${host}:${dataset}`, rights]))
    },
  } as unknown as Sans

  readonly book = new ForesightBook()

  async look(
    primary: Side,
    backup: Side,
    over: { autoRepair?: boolean; hours?: number; fresh?: boolean; isMarked?: boolean; more?: Partial<Inventory> } = {},
  ) {
    const { autoRepair = true, hours = 0, fresh = false, isMarked = false, more = {} } = over
    const policy = policyOf({ autoRepair })
    const inventory = inventoryOf(primary, backup, more)
    const there = backup.state === 'present' ? backup : null
    const comparison = compare(primary as PresentSide, there, filterOf(policy), NOW / 1000)
    const seen = [{ dataset: { config: { policy } }, inventory, comparison }]
    const options = { book: this.book, now: NOW + hours * HOUR, fresh, isMarked: () => isMarked }
    const [found] = await foresee(this.sans, seen, options)
    return found?.inventory
  }

  /** Calls since the last time. */
  take(): readonly string[] {
    return this.calls.splice(0)
  }
}

const RIGHTS = ['rights hqs8:hqs8p1/DAT1', 'rights hqs1:hqs1p1/DAT1']

test('rights are read once a day where a repair may start by itself, and each time while one is missing', async () => {
  const asked = new Asked()
  const look = (over: object) => asked.look(primarySide([a, b]), backupSide([a], { available: 1e15 }), over)
  expect((await look({ autoRepair: false }))?.delegated).toBeUndefined()
  expect(asked.take()).toEqual([])
  expect((await look({}))?.delegated).toEqual({ primary: ALL, backup: ALL })
  expect(asked.take()).toEqual(RIGHTS)
  await look({ hours: 23 })
  expect(asked.take()).toEqual([])
  await look({ hours: 23, fresh: true })
  expect(asked.take()).toEqual(RIGHTS)
  asked.rights = new Set(['send'])
  await look({ hours: 48 })
  expect(asked.take()).toEqual(RIGHTS)
  await look({ hours: 48.5 })
  expect(asked.take()).toEqual(['rights hqs1:hqs1p1/DAT1'])
  asked.rights = null
  expect((await look({ hours: 49 }))?.delegated?.backup).toBeNull()
})

test('nothing is asked where nothing waits', async () => {
  const asked = new Asked()
  await asked.look(primarySide([a]), backupSide([a]))
  expect(asked.take()).toEqual([])
})

test('IV sets are read once for each base, and again before a repair; not where the backup is not encrypted', async () => {
  const asked = new Asked()
  const encrypted = { encryption: 'aes-256-gcm', keyStatus: 'unavailable' } as const
  const raw = backupSide([a], { ...encrypted, encryptionRoot: 'hqs1p1' })
  const look = (backup: Side, over: { fresh?: boolean } = {}) =>
    asked.look(primarySide([a], [], encrypted), backup, over)
  const both = new Map([[a.guid, { primary: '11', backup: '12' }]])
  const asks = ['ivset hqs8:hqs8p1/DAT1@a', 'ivset hqs1:hqs1p1/DAT1@a']
  expect((await look(raw))?.ivSets).toEqual(both)
  expect(asked.take()).toEqual(asks)
  expect((await look(raw))?.ivSets).toEqual(both)
  expect(asked.take()).toEqual([])
  expect((await look(raw, { fresh: true }))?.ivSets).toEqual(both)
  expect(asked.take()).toEqual(asks)
  expect((await look(backupSide([a])))?.ivSets).toBeUndefined()
  expect(asked.take()).toEqual([])
})

test('a snapshot of the same name and guid that was received anew is asked for anew', async () => {
  const asked = new Asked()
  const encrypted = { encryption: 'aes-256-gcm', keyStatus: 'unavailable' } as const
  const look = (over: object, txg = 5n) =>
    asked.look(primarySide([a], [], encrypted), backupSide([{ ...a, createtxg: txg }], { ...encrypted, ...over }))
  await look({})
  asked.take()
  await look({ guid: '4711' })
  expect(asked.take()).toEqual(['ivset hqs1:hqs1p1/DAT1@a'])
  await look({ guid: '4711' }, 6n)
  expect(asked.take()).toEqual(['ivset hqs1:hqs1p1/DAT1@a'])
})

test('what stands above both is read where something that is not encrypted gets a new backup, and nowhere else', async () => {
  const asked = new Asked()
  const missing: Side = { state: 'missing' }
  expect((await asked.look(primarySide([a]), missing, { autoRepair: false }))?.above).toEqual({
    primary: { name: 'hqs8p1', encryption: 'aes-256-gcm', keyStatus: 'unavailable' },
    backup: { name: 'hqs1p1', encryption: 'aes-256-gcm', keyStatus: 'unavailable' },
  })
  expect(asked.take()).toEqual(['above hqs8:hqs8p1', 'above hqs1:hqs1p1'])
  await asked.look(primarySide([a]), backupSide([a]), { autoRepair: false })
  await asked.look(primarySide([a], [], { encryption: 'aes-256-gcm' }), missing, { autoRepair: false })
  expect(asked.take()).toEqual([])
})

test('quotas are read where the backup may take less than its pool has free, and something waits', async () => {
  const asked = new Asked()
  const some = { autoRepair: false }
  await asked.look(primarySide([a, b]), backupSide([a], { available: 1000 }), some)
  await asked.look(primarySide([a, b]), backupSide([a], { available: 1000 }), some)
  expect(asked.take()).toEqual(['quota hqs1:hqs1p1/DAT1'])
  await asked.look(primarySide([a, b]), backupSide([a], { available: 1e15 }), some)
  expect(asked.take()).toEqual([])
})

test('marks of witnesses are read where policy may repair something, at every check, and while a swap is half done also on what was moved away', async () => {
  const asked = new Asked()
  const mark = { witness: '00000000000000aa', at: NOW }
  const aside = sibling('aside', 'hqs1p1/DAT1.zw-next-20261122T100000Z@a')
  const next = sibling('next', null, undefined, { snapshots: [a] })
  asked.marks.set(aside.name, mark)
  expect((await asked.look(primarySide([a]), backupSide([a])))?.mark).toBeUndefined()
  expect((await asked.look(primarySide([a, b]), backupSide([a]), { autoRepair: false }))?.mark).toBeUndefined()
  expect(asked.marked).toEqual([])
  expect((await asked.look(primarySide([a]), backupSide([a]), { isMarked: true }))?.mark).toBeNull()
  expect((await asked.look(primarySide([a, b]), backupSide([a])))?.mark).toBeNull()
  expect(asked.marked.splice(0)).toEqual(['hqs1:hqs1p1/DAT1', 'hqs1:hqs1p1/DAT1'])
  const half = await asked.look(primarySide([a, b]), MISSING, { more: { backupSiblings: [aside, next] } })
  expect(half?.mark).toEqual(mark)
  expect(asked.marked).toEqual([`hqs1:${aside.name}`])
})

test('whether directories alone were touched is asked once for the same bytes, of a mounted file system that little was written to', async () => {
  const asked = new Asked()
  const look = (over: object, more: object = {}) =>
    asked.look(primarySide([a, b]), backupSide([a], { mounted: true, written: 14_336, ...over }), more)
  await look({ mounted: false })
  await look({ written: 0 })
  await look({ written: 2 * 1024 ** 2 })
  await look({ type: 'volume' })
  await look({}, { autoRepair: false })
  expect(asked.diffed).toEqual([])
  expect((await look({}))?.onlyDirectories).toBe(true)
  expect((await look({}))?.onlyDirectories).toBe(true)
  expect(asked.diffed.splice(0)).toEqual(['hqs1:hqs1p1/DAT1@a'])
  asked.only = null
  expect((await look({ written: 20_000 }))?.onlyDirectories).toBeUndefined()
  expect((await look({ written: 20_000 }))?.onlyDirectories).toBeUndefined()
  expect(asked.diffed.splice(0)).toHaveLength(1)
  await look({ written: 20_000 }, { fresh: true })
  expect(asked.diffed).toHaveLength(1)
})
