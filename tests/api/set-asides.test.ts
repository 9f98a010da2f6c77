import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Sibling } from '#lib/replication/types/inventory.ts'
import { type Fake, fakeServices } from './fake-services.ts'
import { entry, fakeInventory } from './fake-views.ts'

const ID = 'hq10-7.L1S4DAT1'
const B = 'hqs7p1/L1S4DAT1'
const ASIDE = `${B}.zw-aside-20261122T080910Z`

const sibling: Sibling = {
  name: ASIDE,
  guid: '18446744073709551615',
  type: 'filesystem',
  origin: `${B}@a`,
  creation: 1,
  usedBytes: 4096,
  written: 0,
  canmount: 'noauto',
  encryptionRoot: null,
  receiveResumeToken: null,
  children: [],
  snapshots: [entry('own', '98', 4)],
}
const incoming = { ...sibling, name: `${B}.zw-incoming-20261122T090000Z`, guid: '7', origin: null, usedBytes: 10 }

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
  fake.engine.known.set(ID, fakeInventory(ID, { backupSiblings: [sibling, incoming] }))
})
afterAll(() => expect(fake.world.errors).toEqual([]))

const json = async (path: string): Promise<any> => (await fake.admin('GET', path)).json()

describe('GET /api/set-asides', () => {
  test('each with its run, its age and what it would free; sums by pool', async () => {
    const { items, pools } = await json('/api/set-asides')
    expect(items).toEqual([
      expect.objectContaining({ name: incoming.name, role: 'INCOMING', madeBy: null }),
      {
        name: ASIDE,
        guid: '18446744073709551615',
        role: 'ASIDE',
        host: 'hqs7',
        pool: 'hqs7p1',
        datasetId: ID,
        backupDataset: B,
        madeAt: '2026-11-22T08:09:10Z',
        ageSeconds: 22_980,
        usedBytes: 4096,
        snapshots: 1,
        heldSnapshots: 0,
        children: [],
        pins: `${B}@a`,
        madeBy: {
          runId: '6',
          at: '2026-11-22T14:31:10Z',
          actor: 'anna',
          planKind: 'SET_ASIDE_REWIND',
          reason: 'after the swap',
        },
        keepBecause: null,
      },
    ])
    expect(pools).toEqual([{ host: 'hqs7', pool: 'hqs7p1', count: 2, usedBytes: 4106 }])
  })

  test('a dataset that was not read, or whose neighbours were not, is said to be unknown', async () => {
    const { unseen } = await json('/api/set-asides')
    expect(unseen).toContainEqual({ datasetId: 'hq8-1.ok', host: 'hqs1', because: 'It has not been looked at yet.' })
    fake.engine.known.set(ID, fakeInventory(ID))
    const answer = await json(`/api/set-asides?datasetId=${ID}`)
    expect(answer.items).toEqual([])
    expect(answer.unseen).toEqual([
      { datasetId: ID, host: 'hqs7', because: 'What stands beside the backup was not listed.' },
    ])
  })

  test('of one SAN, or of one dataset', async () => {
    expect((await json('/api/set-asides?host=hqs1')).items).toEqual([])
    expect((await json('/api/set-asides?host=hqs7')).items).toHaveLength(2)
    expect((await json(`/api/set-asides?datasetId=${ID}`)).items).toHaveLength(2)
    expect(await json('/api/set-asides?host=hqs9')).toMatchObject({ status: 404, code: 'NO_SUCH_HOST' })
    expect(await json('/api/set-asides?datasetId=no')).toMatchObject({ status: 404, code: 'NO_SUCH_DATASET' })
  })
})

test('a dataset shows its own; null where they are not known', async () => {
  expect((await json(`/api/datasets/${ID}`)).setAsides.map(({ name }: { name: string }) => name)).toEqual([
    incoming.name,
    ASIDE,
  ])
  expect((await json('/api/datasets/hq8-1.ok')).setAsides).toBeNull()
})

describe('GET /api/set-asides/script', () => {
  test('for the one SAN that has any, as a file', async () => {
    const response = await fake.admin('GET', '/api/set-asides/script')
    expect(response.headers.get('content-type')).toBe('text/x-shellscript; charset=utf-8')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="zwitness-set-asides-hqs7.sh"')
    const script = await response.text()
    expect(script).toContain(`\nremove_set_aside '${ASIDE}' '18446744073709551615' '1' '${B}' '1'\n`)
    expect(script).toContain('left alone: It is a seed that is not swapped in yet')
    expect(script.match(/^remove_set_aside /gm)).toHaveLength(1)
  })

  test('nothing to write, and a SAN that is not known', async () => {
    fake.engine.known.clear()
    expect(await json('/api/set-asides/script')).toMatchObject({ status: 422, code: 'VALIDATION' })
    expect(await json('/api/set-asides/script?host=hqs9')).toMatchObject({ status: 404, code: 'NO_SUCH_HOST' })
    expect(await (await fake.admin('GET', '/api/set-asides/script?host=hqs7')).text()).toContain('nothing to remove')
  })
})
