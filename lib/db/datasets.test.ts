import { describe, expect, test } from 'bun:test'
import type { OpenedStore } from './store.ts'
import { config, createdRun, freshStore, mapping } from './store-fixture.ts'

const GUID = '11804563219087563219'
const brief = async (store: OpenedStore) =>
  Object.fromEntries(
    (await store.datasets()).map((row) => [
      row.id,
      row.retiredAt === null ? row.primaryDataset : `retired ${row.retiredAt}`,
    ]),
  )

describe('syncConfig', () => {
  test('makes a row for every mapping, and is idempotent', async () => {
    const store = await freshStore()
    for (const now of [1, 2]) await store.syncConfig(config([mapping('a'), mapping('b')]), now)
    expect((await store.datasets())[0]).toEqual({
      id: 'a',
      pair: 'HQS8 → HQS1',
      primaryHost: 'hqs8',
      primaryDataset: 'hqs8p1/a',
      backupHost: 'hqs1',
      backupDataset: 'hqs1p1/a',
      primaryGuid: null,
      parentId: null,
      retiredAt: null,
    })
    expect(await brief(store)).toEqual({ a: 'hqs8p1/a', b: 'hqs8p1/b' })
  })

  test('retires what is gone, once, and takes it back with its history', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a'), mapping('b')]), 1)
    const run = await createdRun(store, { kind: 'CHECK', datasetId: 'b' })
    await store.syncConfig(config([mapping('a')]), 2)
    await store.syncConfig(config([mapping('a')]), 3)
    expect(await brief(store)).toEqual({ a: 'hqs8p1/a', b: 'retired 2' })
    await store.syncConfig(config([mapping('b')]), 4)
    expect(await brief(store)).toEqual({ a: 'retired 4', b: 'hqs8p1/b' })
    expect((await store.runs({ datasetId: 'b', limit: 5 })).items.map(({ id }) => id)).toEqual([run.id])
  })

  test('a mapping that got another id keeps its runs, logs and lag', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a')]), 1)
    await store.setPrimaryGuid('a', GUID)
    await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
    await store.addLag([{ datasetId: 'a', at: 1, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
    const line = {
      at: 1,
      level: 'info',
      component: 'c',
      message: 'm',
      runId: null,
      host: null,
      requestId: null,
      fields: {},
    } as const
    await store.addLogs([{ ...line, datasetId: 'a' }])
    await store.syncConfig(config([{ ...mapping('a'), id: 'payroll' }]), 2)
    expect(await store.datasets()).toMatchObject([{ id: 'payroll', primaryGuid: GUID }])
    expect((await store.runs({ datasetId: 'payroll', limit: 5 })).items).toHaveLength(1)
    expect(await store.lag('payroll', 0, 10, 1)).toHaveLength(1)
    expect((await store.logs({ datasetId: 'payroll', limit: 5 })).items).toHaveLength(1)
  })

  test('two mappings that exchange their ids exchange nothing else', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a'), mapping('b')]), 1)
    const ofA = await createdRun(store, { kind: 'CHECK', datasetId: 'a' })
    await store.syncConfig(
      config([
        { ...mapping('a'), id: 'b' },
        { ...mapping('b'), id: 'a' },
      ]),
      2,
    )
    expect(await brief(store)).toEqual({ a: 'hqs8p1/b', b: 'hqs8p1/a' })
    expect((await store.run(ofA.id))?.datasetId).toBe('b')
  })

  test('an id that now means another backup host begins a new history; the old one stays under another id', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a')]), 1)
    const run = await createdRun(store, { kind: 'CHECK', datasetId: 'a' })
    const moved = mapping('a', { backup: { host: 'hqs7', dataset: 'hqs7p1/a' } })
    await store.syncConfig(config([moved], ['hqs8', 'hqs1', 'hqs7']), 2)
    expect((await store.runs({ datasetId: 'a', limit: 5 })).items).toEqual([])
    const former = (await store.run(run.id))?.datasetId ?? ''
    expect(former).toStartWith('a~was-')
    expect(await brief(store)).toEqual({ a: 'hqs8p1/a', [former]: 'retired 2' })
  })

  test('keeps a host or pair that history still refers to', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a')]), 1)
    await store.syncConfig({ ...config([], []), pairs: [] }, 2)
    await store.syncConfig(config([mapping('a')]), 3)
    expect(await brief(store)).toEqual({ a: 'hqs8p1/a' })
  })
})

describe('setPrimaryGuid', () => {
  const renamedOnTheSan = mapping('new', { backup: { host: 'hqs1', dataset: 'hqs1p1/old' } })

  test('a dataset renamed on the SAN is known again by its guid: the new mapping takes over the history', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('old')]), 1)
    await store.setPrimaryGuid('old', GUID)
    await createdRun(store, { kind: 'CHECK', datasetId: 'old' })
    await store.addLag([{ datasetId: 'old', at: 1, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
    await store.setControl({ datasetId: 'old', kind: 'ack', until: null, by: 'anna', reason: null, at: 1 })
    await store.syncConfig(config([renamedOnTheSan]), 2)
    await store.setPrimaryGuid('new', GUID)
    expect(await brief(store)).toEqual({ new: 'hqs8p1/new' })
    expect((await store.runs({ datasetId: 'new', limit: 5 })).items).toHaveLength(1)
    expect(await store.lag('new', 0, 10, 1)).toHaveLength(1)
    expect(await store.controls(5)).toMatchObject([{ datasetId: 'new' }])
  })

  test('not while a repair of the retired mapping runs; then the next scan does it', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('old')]), 1)
    await store.setPrimaryGuid('old', GUID)
    const repair = await createdRun(store, { kind: 'REPAIR', datasetId: 'old' })
    await store.syncConfig(config([renamedOnTheSan]), 2)
    await store.setPrimaryGuid('new', GUID)
    expect(await brief(store)).toEqual({ new: 'hqs8p1/new', old: 'retired 2' })
    await store.updateRun(repair.id, { state: 'SUCCEEDED', finishedAt: 3 })
    await store.setPrimaryGuid('new', GUID)
    expect(await brief(store)).toEqual({ new: 'hqs8p1/new' })
    expect((await store.run(repair.id))?.datasetId).toBe('new')
  })

  test('a mapping in use is never taken over, nor does one with a history of its own take over', async () => {
    const store = await freshStore()
    const second = mapping('b', { primary: mapping('a').primary })
    await store.syncConfig(config([mapping('a'), second]), 1)
    await store.setPrimaryGuid('a', GUID)
    await store.setPrimaryGuid('b', GUID)
    expect(Object.keys(await brief(store))).toEqual(['a', 'b'])
    await store.syncConfig(config([second]), 2)
    await store.setPrimaryGuid('b', GUID)
    expect(await brief(store)).toEqual({ a: 'retired 2', b: 'hqs8p1/a' })
  })

  test('refuses what is no guid, and an unknown dataset', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('a')]), 1)
    expect(store.setPrimaryGuid('a', '0x1')).rejects.toMatchObject({ kind: 'constraint' })
    expect(store.setPrimaryGuid('nobody', GUID)).rejects.toMatchObject({ kind: 'missing' })
  })
})

describe('syncChildren', () => {
  const child = (name: string, guid: string) => ({
    id: `a.${name}`,
    pair: 'HQS8 → HQS1',
    primaryHost: 'hqs8',
    primaryDataset: `hqs8p1/a/${name}`,
    backupHost: 'hqs1',
    backupDataset: `hqs1p1/a/${name}`,
    primaryGuid: guid,
  })
  const root = mapping('a', { recursive: true })

  test('a child that is gone is retired, one renamed on the SAN is known by its guid', async () => {
    const store = await freshStore()
    await store.syncConfig(config([root]), 1)
    await store.syncChildren('a', [child('x', '101'), child('y', '102')], 2)
    const run = await createdRun(store, { kind: 'CHECK', datasetId: 'a.y' })
    await store.syncChildren('a', [child('z', '102')], 3)
    expect(await brief(store)).toEqual({ a: 'hqs8p1/a', 'a.x': 'retired 3', 'a.z': 'hqs8p1/a/z' })
    expect((await store.run(run.id))?.datasetId).toBe('a.z')
    expect((await store.datasets()).find((row) => row.id === 'a.z')).toMatchObject({
      parentId: 'a',
      primaryGuid: '102',
    })
  })

  test('a reload leaves the children of a recursive mapping alone, follows its id, and retires them when it is recursive no more', async () => {
    const store = await freshStore()
    await store.syncConfig(config([root]), 1)
    await store.syncChildren('a', [child('x', '101')], 2)
    await store.syncConfig(config([{ ...root, id: 'tree' }]), 3)
    expect((await store.datasets()).find((row) => row.id === 'a.x')).toMatchObject({
      parentId: 'tree',
      retiredAt: null,
    })
    await store.syncConfig(config([{ ...root, id: 'tree', recursive: false }]), 4)
    expect(await brief(store)).toMatchObject({ 'a.x': 'retired 4' })
  })

  test('a child written into the config as a mapping of its own goes on as that', async () => {
    const store = await freshStore()
    await store.syncConfig(config([root]), 1)
    await store.syncChildren('a', [child('x', '101')], 2)
    const own = mapping('own', {
      primary: { host: 'hqs8', dataset: 'hqs8p1/a/x' },
      backup: { host: 'hqs1', dataset: 'hqs1p1/a/x' },
    })
    const run = await createdRun(store, { kind: 'CHECK', datasetId: 'a.x' })
    await store.syncConfig(config([root, own]), 3)
    expect((await store.run(run.id))?.datasetId).toBe('own')
    expect((await store.datasets()).find((row) => row.id === 'own')).toMatchObject({
      parentId: null,
      primaryGuid: '101',
    })
  })
})
