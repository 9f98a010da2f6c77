import { describe, expect, test } from 'bun:test'
import { freshStore } from './store-fixture.ts'
import type { LogRecord } from './types.ts'

describe('logs', () => {
  const line = (change: Partial<LogRecord> = {}): Omit<LogRecord, 'id'> => ({
    at: 1,
    level: 'info',
    component: 'scan',
    message: 'looked',
    runId: null,
    datasetId: null,
    host: null,
    requestId: null,
    fields: {},
    ...change,
  })

  test('get rising ids in the order given, also over many inserts', async () => {
    const store = await freshStore()
    const ids = await store.addLogs(Array.from({ length: 1203 }, (_, n) => line({ message: `line ${n}` })))
    expect(ids).toHaveLength(1203)
    expect(ids.every((id, n) => n === 0 || id > (ids[n - 1] ?? 0))).toBe(true)
    const { items } = await store.logs({ limit: 1, text: 'line 700' })
    expect(items[0]?.id).toBe(ids[700])
    expect(await store.addLogs([])).toEqual([])
  })

  test('are read newest first by cursor, or followed upwards after an id', async () => {
    const store = await freshStore()
    const ids = await store.addLogs(Array.from({ length: 5 }, () => line()))
    const first = await store.logs({ limit: 3 })
    const second = await store.logs({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map((record) => record.id)).toEqual([...ids].reverse())
    expect(second.nextCursor).toBeNull()
    const followed = await store.logs({ limit: 2, after: ids[1] })
    const more = await store.logs({ limit: 2, cursor: followed.nextCursor ?? '' })
    expect([...followed.items, ...more.items].map((record) => record.id)).toEqual(ids.slice(2))
  })

  test('are found across many pieces, in either direction, and not past where a cursor stands', async () => {
    const store = await freshStore()
    const many = Array.from({ length: 25_000 }, (_, n) => line({ message: n % 9000 === 5 ? `needle ${n}` : 'hay' }))
    const ids = await store.addLogs(many)
    const messages = async (query: object) => {
      const { items, nextCursor } = await store.logs({ limit: 2, text: 'needle', ...query })
      return { found: items.map(({ message }) => message), nextCursor }
    }
    const newest = await messages({})
    expect(newest.found).toEqual(['needle 18005', 'needle 9005'])
    expect(await messages({ cursor: newest.nextCursor ?? '' })).toEqual({ found: ['needle 5'], nextCursor: null })
    const oldest = await messages({ after: 0 })
    expect(oldest.found).toEqual(['needle 5', 'needle 9005'])
    expect((await messages({ cursor: oldest.nextCursor ?? '' })).found).toEqual(['needle 18005'])
    expect((await messages({ after: ids[18_005] })).found).toEqual([])
    expect(await store.logStart({ text: 'needle' }, 2)).toBe(ids[9005] ?? 0)
    expect(await store.logStart({ text: 'needle' }, 99)).toBe(ids[5] ?? 0)
    expect(await store.logStart({}, 20_000)).toBe(ids[5000] ?? 0)
    expect(await store.logStart({ text: 'nothing' }, 2)).toBeNull()
  })

  test('answer each filter; level is the lowest wanted, text is taken literally', async () => {
    const store = await freshStore()
    await store.addLogs([
      line({ level: 'debug', message: '100% done', runId: 7 }),
      line({ level: 'warn', message: '100 done', host: 'hqs8', at: 50 }),
      line({
        level: 'error',
        message: 'failed',
        datasetId: 'gone',
        component: 'repair',
        fields: { stderr: 'No_space' },
      }),
    ])
    const found = async (query: object) =>
      (await store.logs({ limit: 9, ...query })).items.map((record) => record.message)
    expect(await found({ level: 'warn' })).toEqual(['failed', '100 done'])
    expect(await found({ text: '100%' })).toEqual(['100% done'])
    expect(await found({ text: 'no_SPACE' })).toEqual(['failed'])
    expect(await found({ text: 'No.space' })).toEqual([])
    expect(await found({ host: 'hqs8' })).toEqual(['100 done'])
    expect(await found({ runId: 7 })).toEqual(['100% done'])
    expect(await found({ datasetId: 'gone', component: 'repair' })).toEqual(['failed'])
    expect(await found({ from: 50, to: 51 })).toEqual(['100 done'])
  })
})
