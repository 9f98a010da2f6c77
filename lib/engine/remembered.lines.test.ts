import { expect, test } from 'bun:test'
import type { LineRecord } from '#lib/db/types.ts'
import { inventoryOf, MAPPING, MISSING, primarySide, unreachable } from '#lib/replication/testing/world.ts'
import type { Inventory, Mapping } from '#lib/replication/types/inventory.ts'
import { LineBook } from './remembered.ts'

/** A store, and whether it takes anything. */
function storeOf(rows: LineRecord[] = []) {
  const keyOf = (row: LineRecord) => `${row.primaryGuid} ${row.backupHost} ${row.backupDataset}`
  const store = {
    full: false,
    lines: async () => [...rows],
    async saveLine(row: LineRecord) {
      if (store.full) throw new Error('full')
      const at = rows.findIndex((each) => keyOf(each) === keyOf(row))
      rows.splice(at < 0 ? rows.length : at, 1, row)
    },
  }
  return store
}

const seen = (over: Partial<Mapping['backup']> = {}, guid = '77', id = 'one'): Inventory => ({
  ...inventoryOf(primarySide([], [], { guid }), MISSING),
  mapping: { ...MAPPING, id, backup: { ...MAPPING.backup, ...over } },
})

test('that a line is raw outlives the name of its mapping, of the backup dataset, and the process', async () => {
  const rows: LineRecord[] = []
  const book = new LineBook(storeOf(rows))
  expect(book.of(seen())).toEqual({ raw: false, decrypted: false })
  await book.sendsRaw(seen(), 5)
  const again = new LineBook(storeOf(rows))
  await again.load()
  for (const each of [book, again]) {
    expect(each.of(seen({}, '77', 'another-id'))?.raw).toBe(true)
    expect(each.of(seen({ dataset: 'hqs1p1/ELSEWHERE' }))?.raw).toBe(true)
    // Another host, and another dataset under the same name, have been sent nothing.
    expect(each.of(seen({ host: 'hqs7' }))?.raw).toBe(false)
    expect(each.of(seen({}, '78'))?.raw).toBe(false)
  }
})

test('a decision is of one backup dataset, and over when something raw is sent there', async () => {
  const book = new LineBook(storeOf())
  await book.sendsRaw(seen(), 1)
  await book.decided(seen({ dataset: 'hqs1p1/OPEN' }), { runId: 7, now: 2 })
  expect(book.of(seen({ dataset: 'hqs1p1/OPEN' }))).toEqual({ raw: true, decrypted: true })
  expect(book.of(seen())).toEqual({ raw: true, decrypted: false })
  await book.sendsRaw(seen(), 3)
  expect(book.of(seen({ dataset: 'hqs1p1/OPEN' }))?.decrypted).toBe(true)
  await book.sendsRaw(seen({ dataset: 'hqs1p1/OPEN' }), 4)
  expect(book.of(seen({ dataset: 'hqs1p1/OPEN' }))?.decrypted).toBe(false)
})

test('without its database nothing is remembered: no decision either', async () => {
  const book = new LineBook(storeOf())
  await book.load()
  expect(book.of(seen())).toEqual({ raw: false, decrypted: false })
})

test('what the store does not take holds in this process, and is given to it again', async () => {
  const rows: LineRecord[] = []
  const store = storeOf(rows)
  store.full = true
  const book = new LineBook(store)
  book.sawRaw(seen(), 5)
  expect(book.flush()).rejects.toThrow('full')
  await book.load()
  expect(book.of(seen())?.raw).toBe(true)
  store.full = false
  await book.flush()
  expect(rows.map(({ rawAt }) => rawAt)).toEqual([5])
})

test('of a primary that was not seen nothing is known, and nothing written', async () => {
  const rows: LineRecord[] = []
  const book = new LineBook(storeOf(rows))
  const unseen = { ...seen(), primary: unreachable('hqs8') }
  expect(book.of(unseen)).toBeUndefined()
  await book.sendsRaw(unseen, 1)
  await book.decided(unseen, { runId: 1, now: 1 })
  expect(rows).toEqual([])
})
