import { expect, test } from 'bun:test'
import { config, mapping, storeWithDatasets } from './store-fixture.ts'

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
