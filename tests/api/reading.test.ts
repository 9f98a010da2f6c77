import { beforeEach, describe, expect, test } from 'bun:test'
import { NOW } from './fake-config.ts'
import { type Fake, fakeServices } from './fake-services.ts'
import { entry, fakeInventory, fakeView } from './fake-views.ts'

const ID = 'hq10-7.L1S4DAT1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const json = async (path: string) => (await fake.admin('GET', path)).json()

describe('GET /api/status', () => {
  test('says the worst first', async () => {
    expect(await json('/api/status')).toMatchObject({
      overall: 'BROKEN',
      headline: '1 dataset is broken, 1 needs attention, the state of 1 is unknown',
      counts: { HEALTHY: 1, WARNING: 1, BROKEN: 1, UNKNOWN: 1, REPAIRING: 0, total: 4 },
      worst: { datasetId: ID, reason: 'LAG_CRITICAL', delaySeconds: 2_246_400 },
      lastCheck: { runId: '6', result: 'SUCCEEDED' },
      activeRuns: [{ id: '7', kind: 'REPAIR', datasetId: ID }],
      nextCheckAt: '2026-11-22T14:33:10Z',
      witness: { demo: true, uptimeSeconds: 86_400 },
    })
  })
  test('pools are text, because their bytes may pass 2^53; a SAN that does not answer says why', async () => {
    const { hosts } = await json('/api/status')
    expect(hosts[0].pools[0]).toMatchObject({
      sizeBytes: String(2 ** 44),
      usable: { sizeBytes: String(2 ** 43), freeBytes: String(2 ** 42) },
      state: 'ONLINE',
    })
    expect(hosts[1]).toMatchObject({ role: 'BACKUP', reachable: false, error: { kind: 'timeout' } })
  })
  test('a child that is gone on the primary is in no count', async () => {
    const view = fakeView('gone', { health: 'BROKEN' })
    fake.engine.views = [fakeView('ok'), { ...view, dataset: { ...view.dataset, retired: true } }]
    expect(await json('/api/status')).toMatchObject({ overall: 'HEALTHY', counts: { total: 1, retired: 1, BROKEN: 0 } })
  })
  test('no datasets is not "healthy"', async () => {
    fake.engine.views = []
    expect(await json('/api/status')).toMatchObject({
      overall: 'UNKNOWN',
      worst: null,
      headline: 'No datasets configured yet',
    })
  })
  test.each(['/api/status', '/api/datasets'])('%s: unchanged is 304, changed is not', async (path) => {
    const first = await fake.admin('GET', path)
    const tag = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await fake.admin('GET', path, undefined, tag)).status).toBe(304)
    fake.engine.views = fake.engine.views.slice(1)
    expect((await fake.admin('GET', path, undefined, tag)).status).toBe(200)
  })
})

describe('GET /api/datasets', () => {
  const ids = async (query: string) =>
    (await json(`/api/datasets?${query}`)).items.map(({ id }: { id: string }) => id.split('.')[1])
  test.each([
    ['', ['L1S4DAT1', 'new', 'L1~1a2b3c', 'ok']],
    ['status=HEALTHY,WARNING', ['L1~1a2b3c', 'ok']],
    ['status=HEALTHY&status=WARNING', ['L1~1a2b3c', 'ok']],
    ['reason=LAG_CRITICAL', ['L1S4DAT1']],
    ['pair=HQS8%20%E2%86%92%20HQS1', ['new', 'ok']],
    ['q=VM/Disk', ['L1~1a2b3c']],
    ['sort=name', ['L1S4DAT1', 'new', 'ok', 'L1~1a2b3c']],
    ['sort=lag', ['ok', 'L1~1a2b3c', 'L1S4DAT1', 'new']],
    ['sort=-lag', ['L1S4DAT1', 'L1~1a2b3c', 'ok', 'new']],
  ])('%p', async (query, expected) => expect(await ids(query)).toEqual(expected))

  test('pages give every row once, also when rows come and go between them', async () => {
    const first = await json('/api/datasets?limit=2')
    expect(first).toMatchObject({ total: 4, items: [{ name: 'L1S4DAT1' }, { name: 'NEW' }] })
    fake.engine.views = fake.engine.views.slice(1)
    const second = await json(`/api/datasets?limit=2&cursor=${first.nextCursor}`)
    expect(second).toMatchObject({ nextCursor: null, items: [{ name: 'vm/disk.0' }, { name: 'OK' }] })
  })
  test('a cursor of another order is refused', async () => {
    const { nextCursor } = await json('/api/datasets?limit=2')
    expect(await json(`/api/datasets?sort=name&cursor=${nextCursor}`)).toMatchObject({ code: 'BAD_CURSOR' })
  })
  test('who paused it, who knows of it', async () => {
    const maintenance = { id: 3, about: 'SAN hqs7' }
    const said = {
      by: 'anna',
      reason: 'SAN swap',
      at: NOW,
      until: NOW + 1000,
      origin: 'maintenance',
      maintenance,
    } as const
    const change = { pause: said, ack: { ...said, until: NOW } }
    fake.engine.views = [fakeView(ID, { change })]
    expect((await json('/api/datasets')).items[0]).toMatchObject({
      paused: {
        by: 'anna',
        reason: 'SAN swap',
        at: '2026-11-22T14:32:10Z',
        until: '2026-11-22T14:32:11Z',
        origin: 'MAINTENANCE',
        maintenance: { id: '3', about: 'SAN hqs7' },
      },
      ack: null,
    })
  })
})

describe('GET /api/datasets/{id}/snapshots', () => {
  const rows = async (query = '') =>
    (await json(`/api/datasets/${ID}/snapshots?${query}`)).items.map(
      (row: { name: string; state: string }) => `${row.name} ${row.state}`,
    )

  test('newest first, matched by guid; one name with two guids is a clash', async () => {
    expect(await rows()).toEqual(['own BACKUP', 'c PRIMARY', 'b CLASH', 'b CLASH', 'a BOTH'])
  })
  test('by state', async () => expect(await rows('state=PRIMARY,BACKUP')).toEqual(['own BACKUP', 'c PRIMARY']))
  test('what only one side has is not "missing" on a side that nobody could read', async () => {
    const fault = {
      host: 'hqs7',
      kind: 'timeout',
      reason: 'HOST_UNREACHABLE',
      message: 'Timed out.',
      retryable: true,
    } as const
    fake.engine.known.set(ID, fakeInventory(ID, { backup: { state: 'unknown', fault } }))
    const answer = await json(`/api/datasets/${ID}/snapshots`)
    expect(answer.items.map(({ state }: { state: string }) => state)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
    expect(answer.backup).toMatchObject({ state: 'UNKNOWN', snapshots: null, detail: 'Timed out.' })
  })
  test('a backup that does not exist has none', async () => {
    fake.engine.known.set(ID, fakeInventory(ID, { backup: { state: 'missing' } }))
    const answer = await json(`/api/datasets/${ID}/snapshots`)
    expect(answer).toMatchObject({ backup: { state: 'MISSING', snapshots: 0 }, items: [{ state: 'PRIMARY' }, {}, {}] })
  })
  test('paging goes on where it was, even when that snapshot is gone', async () => {
    const { nextCursor } = await json(`/api/datasets/${ID}/snapshots?limit=2`)
    expect(await rows(`limit=2&cursor=${nextCursor}`)).toEqual(['b CLASH', 'b CLASH'])
    const present = fakeInventory(ID)
    if (present.primary.state !== 'present') throw new Error('The fake has changed.')
    const snapshots = [entry('a', '10', 1), entry('b', '11', 2)]
    fake.engine.known.set(ID, { ...present, primary: { ...present.primary, snapshots } })
    expect(await rows(`limit=9&cursor=${nextCursor}`)).toEqual(['b CLASH', 'b CLASH', 'a BOTH'])
  })
})
