import { expect, test } from 'bun:test'
import { emptyMemory } from '#lib/replication/memory.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import { config, freshStore, mapping, storeWithDatasets, temporaryDirectory } from './store-fixture.ts'
import type { LineRecord } from './types.ts'

const record = (datasetId: string, at: number) => ({ datasetId, at, result: 'VERIFIED', report: { at, gaps: [] } })

test('the last verification of each dataset is kept, the one before it replaced', async () => {
  const store = await storeWithDatasets()
  expect(await store.verification('a')).toBeNull()
  await store.saveVerification(record('a', 10))
  await store.saveVerification(record('b', 11))
  await store.saveVerification(record('a', 20))
  expect(await store.verification('a')).toEqual(record('a', 20))
  expect((await store.verifications()).map(({ datasetId, at }) => [datasetId, at])).toEqual([
    ['a', 20],
    ['b', 11],
  ])
})

test('it follows a dataset that is called something else in the configuration', async () => {
  const store = await storeWithDatasets()
  await store.setPrimaryGuid('a', '77')
  await store.saveVerification(record('a', 10))
  const { primary, backup } = mapping('a')
  await store.syncConfig(config([{ ...mapping('renamed'), primary, backup }, mapping('b')]), 2000)
  expect((await store.verification('renamed'))?.at).toBe(10)
  expect(await store.verification('a')).toBeNull()
})

test('a dataset that nobody knows has none to keep', async () => {
  const store = await storeWithDatasets()
  const saved = store.saveVerification(record('nobody', 10))
  await expect(saved).rejects.toThrow()
})

const LINE: LineRecord = {
  primaryGuid: '18446744073709551615',
  backupHost: 'hqs1',
  backupDataset: 'hqs1p1/a',
  rawAt: 5,
  decryptedAt: null,
  decryptedRun: null,
}

test('how a line was sent is kept by the guid, the host and the backup dataset', async () => {
  const store = await freshStore()
  await store.saveLine(LINE)
  await store.saveLine({ ...LINE, backupDataset: 'hqs1p1/b', rawAt: null, decryptedAt: 6, decryptedRun: 9 })
  await store.saveLine({ ...LINE, rawAt: 7 })
  expect(await store.lines()).toEqual([
    { ...LINE, rawAt: 7 },
    { ...LINE, backupDataset: 'hqs1p1/b', rawAt: null, decryptedAt: 6, decryptedRun: 9 },
  ])
})

test('what earlier versions remembered of raw lines comes along', async () => {
  const directory = temporaryDirectory()
  const before = await openStore({ directory, migrations: MIGRATIONS.filter(({ version }) => version < 7) })
  await before.syncConfig(config([mapping('a'), mapping('b')]), 1000)
  for (const id of ['a', 'b']) await before.setPrimaryGuid(id, id === 'a' ? '77' : '78')
  const state = { verdict: null, since: null, planHash: null, lastRunId: null, updatedAt: 42 }
  const raw = { ...emptyMemory(), sentRaw: 'hqs1p1/a' }
  await before.saveState({ ...state, datasetId: 'a', memory: raw })
  await before.saveState({ ...state, datasetId: 'b', memory: emptyMemory() })
  await before.close()
  const store = await openStore({ directory })
  expect(await store.lines()).toEqual([{ ...LINE, primaryGuid: '77', rawAt: 42 }])
  await store.close()
})
