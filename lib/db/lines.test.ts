import { expect, test } from 'bun:test'
import { emptyMemory } from '#lib/replication/memory.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import { config, freshStore, mapping, temporaryDirectory } from './store-fixture.ts'
import type { LineRecord } from './types.ts'

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
