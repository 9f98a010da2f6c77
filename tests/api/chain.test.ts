import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { anchorName } from '#lib/zfs/names.ts'
import { type Fake, fakeServices } from './fake-services.ts'
import { entry, fakeInventory, fakeRun } from './fake-views.ts'

const ID = 'hq10-7.L1S4DAT1'
const P = 'hqs10p1/L1S4DAT1'
const OLD = { name: anchorName('10'), guid: '10', createtxg: 1n, creation: 1 }

let fake: Fake
let base: ReturnType<typeof fakeInventory>
beforeEach(async () => {
  fake = await fakeServices()
  base = fakeInventory(ID)
  if (base.primary.state !== 'present' || base.backup.state !== 'present') throw new Error('The fake has changed.')
  // a and b are on both sides; c waits.
  const primary = { ...base.primary, bookmarks: [OLD] }
  const backup = { ...base.backup, snapshots: [entry('a', '10', 1), entry('b', '11', 2)] }
  fake.engine.known.set(ID, { ...base, primary, backup })
})
afterAll(() => expect(fake.world.errors).toEqual([]))

const json = async (path: string): Promise<any> => (await fake.admin('GET', path)).json()
const ask = async (snapshot: string): Promise<any> => json(`/api/can-destroy?snapshot=${encodeURIComponent(snapshot)}`)

describe('GET /api/anchors', () => {
  test('each with what it is there for, and how many more there may be', async () => {
    const { items, datasets } = await json(`/api/anchors?datasetId=${ID}`)
    expect(items).toEqual([
      {
        name: `${P}#zw-000000000000000a`,
        guid: '10',
        createdAt: '1970-01-01T00:00:01Z',
        host: 'hqs10',
        dataset: P,
        snapshot: 'a',
        use: 'NEEDED',
        because: 'It is the newest anchor that hqs7 has; @b, which is newer, has none.',
      },
    ])
    expect(datasets).toEqual([{ host: 'hqs10', dataset: P, datasetIds: [ID], count: 1, limit: 20 }])
  })

  test('a primary that was not read is said to be unknown', async () => {
    const { items, unseen } = await json('/api/anchors?host=hqs8')
    expect(items).toEqual([])
    expect(unseen).toContainEqual({ datasetId: 'hq8-1.ok', host: 'hqs8', because: 'It has not been looked at yet.' })
  })

  test('the script is for the SAN of the primary', async () => {
    const response = await fake.admin('GET', '/api/anchors/script')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="zwitness-anchors-hqs10.sh"')
    expect(await response.text()).toContain('There is nothing to remove.')
  })
})

describe('GET /api/can-destroy', () => {
  test.each([
    [`${P}@a`, 'YES', 'FREE'],
    [`${P}@b`, 'NO', 'BASE'],
    [`hqs10:${P}@c`, 'NO', 'NOT_ON_BACKUP'],
    ['hqs7p1/L1S4DAT1@b', 'NO', 'BASE'],
  ])('%s: %s, %s', async (snapshot, answer, code) => {
    expect(await ask(snapshot)).toMatchObject({
      answer,
      mayDestroy: answer === 'YES',
      mappings: [{ datasetId: ID, answer, code }],
    })
  })

  test('nobody watches it, it is not there, it is no snapshot', async () => {
    expect(await ask('other/ds@a')).toMatchObject({ status: 404, code: 'NO_SUCH_DATASET' })
    expect(await ask(`hqs8:${P}@a`)).toMatchObject({ status: 404, code: 'NO_SUCH_DATASET' })
    expect(await ask(`${P}@zzz`)).toMatchObject({ status: 404, code: 'NO_SUCH_SNAPSHOT' })
    expect(await ask(P)).toMatchObject({ status: 400, code: 'BAD_PARAMETER' })
  })

  test('a viewer has nothing looked for a second time, and is never told that there is none', async () => {
    const { config } = fake.world
    fake.world.config = { ...config, auth: { ...config.auth, mode: 'none', noneRole: 'viewer' } }
    const looks: number[] = []
    const { freshInventories } = fake.engine
    Object.assign(fake.engine, {
      freshInventories: (ids: readonly string[], maxAgeMs: number) => {
        looks.push(maxAgeMs)
        return freshInventories(ids, maxAgeMs)
      },
    })
    const asViewer = (snapshot: string) =>
      fake.remote('GET', `/api/can-destroy?snapshot=${encodeURIComponent(snapshot)}`)
    expect(await (await asViewer(`${P}@a`)).json()).toMatchObject({ answer: 'YES' })
    const unknown = await asViewer(`${P}@zzz`)
    expect([unknown.status, (await unknown.json()).code]).toEqual([503, 'NOT_READ_YET'])
    expect(looks).toEqual([60_000, 60_000])
    await ask(`${P}@zzz`)
    expect(looks).toEqual([60_000, 60_000, 60_000, 0])
    Object.assign(fake.engine, { freshInventories })
    fake.world.config = config
  })

  test('a side that could not be read is unknown, with why', async () => {
    const fault = {
      host: 'hqs7',
      kind: 'timeout',
      reason: 'HOST_UNREACHABLE',
      message: 'Timed out.',
      retryable: true,
    } as const
    fake.engine.known.set(ID, { ...base, backup: { state: 'unknown', fault } })
    expect(await ask(`${P}@a`)).toMatchObject({ answer: 'UNKNOWN', because: 'Timed out.' })
    fake.engine.known.clear()
    expect(await ask(`${P}@a`)).toMatchObject({ answer: 'UNKNOWN' })
  })

  test('every mapping of it must say yes, and the worst is the answer', async () => {
    const [view] = fake.engine.views
    const inventory = fake.engine.known.get(ID)
    if (view === undefined || inventory === undefined) throw new Error('The fake has changed.')
    const mapping = { ...view.dataset.mapping, id: 'second', backup: { host: 'hqs1', dataset: 'hqs1p1/copy' } }
    fake.engine.views = [view, { ...view, dataset: { ...view.dataset, id: 'second', mapping } }]
    fake.engine.known.set('second', { ...inventory, mapping, backup: { state: 'missing' } })
    const answer = await ask(`${P}@a`)
    expect(answer).toMatchObject({ answer: 'NO', because: 'It is not on hqs1 yet, and policy wants it there.' })
    expect(answer.mappings.map((each: { answer: string }) => each.answer)).toEqual(['YES', 'NO'])
  })

  test('a repair that is queued without a plan may need anything', async () => {
    const [view] = fake.engine.views
    if (view === undefined) throw new Error('The fake has changed.')
    fake.engine.views = [{ ...view, activeRun: fakeRun(9, { kind: 'REPAIR', datasetId: ID }) }]
    expect(await json(`/api/datasets/${ID}/can-destroy?snapshot=a`)).toMatchObject({
      answer: 'NO',
      mappings: [{ code: 'RUN' }],
    })
  })
})
