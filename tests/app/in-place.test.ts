import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Service } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * What a person chooses where something stands in the way: to set it aside (one click), or to destroy it (named, typed,
 * with a reason). Over real ssh, with the API and the command line as they are.
 */
let world: World
let witness: Service
const NAMES = ['kept', 'lost', 'old', 'twice'] as const
const B = (name: string) => `vault/${name}`

beforeAll(async () => {
  world = await World.open()
  for (const name of NAMES) {
    world.dataset(name, 3, { onBackup: 2 })
    world.backup.zfs.snapshot(`vault/${name}@own`, { bytes: 30_000 })
    world.backup.zfs.snapshot(`vault/${name}@own2`, { bytes: 30_000 })
    world.backup.zfs.write(`vault/${name}`, 9_000)
  }
  const datasets = Object.fromEntries(NAMES.map((name) => [name, {}]))
  witness = world.service(world.yaml({ datasets, defaults: { auto_repair: false, primary_max_age_hours: 0 } }))
  await witness.start()
})
afterAll(() => world.close())

const path = (name: string, what: string) => `/api/datasets/${world.id(name)}/${what}`
const preview = async (name: string, strategy: string): Promise<Body> => {
  const { status, body } = await witness.post(path(name, 'preview'), { strategy })
  expect(status).toBe(200)
  return body
}

describe('in place', () => {
  test('the preview names every snapshot that would go, by guid, and what was written', async () => {
    const { plan, confirm } = await preview('lost', 'IN_PLACE')
    const guids = world.backup.guids(B('lost'))
    expect(plan).toMatchObject({ kind: 'IN_PLACE', blocked: null, automatic: { allowed: false } })
    expect(plan.destroys.map(({ kind, name, guid }: Body) => [kind, name, guid])).toEqual([
      ['SNAPSHOT', 'own', guids.own],
      ['SNAPSHOT', 'own2', guids.own2],
      ['WRITTEN', 'vault/lost', null],
    ])
    expect(confirm).toBe('vault/lost')
  })

  test.each([
    ['without a plan', {}, 409, 'CONFIRMATION_REQUIRED'],
    ['without the name', { plan: true, reason: 'why' }, 409, 'CONFIRMATION_REQUIRED'],
    ['with a wrong name', { plan: true, reason: 'why', confirm: 'lost' }, 422, 'VALIDATION'],
    ['without a reason', { plan: true, confirm: 'vault/lost' }, 409, 'CONFIRMATION_REQUIRED'],
  ])('is refused %s, and nothing is changed', async (_name, { plan, ...rest }: Body, status, code) => {
    const before = world.backup.allGuids()
    const planId = plan === true ? (await preview('lost', 'IN_PLACE')).planId : undefined
    const answer = await witness.post(path('lost', 'run'), { mode: 'REPAIR', strategy: 'IN_PLACE', planId, ...rest })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(world.backup.allGuids()).toEqual(before)
  })

  test('a plan that the SANs have left behind is stale: not one more snapshot goes than was named', async () => {
    const { planId } = await preview('old', 'IN_PLACE')
    world.backup.zfs.snapshot('vault/old@own3', { bytes: 100 })
    const answer = await witness.post(path('old', 'run'), {
      mode: 'REPAIR',
      planId,
      confirm: 'vault/old',
      reason: 'why',
    })
    expect([answer.status, answer.body.code]).toEqual([409, 'PLAN_STALE'])
    expect(Object.keys(world.backup.guids('vault/old'))).toContain('own3')
  })

  test('destroys exactly what was named, and is on record with its reason', async () => {
    const { planId, plan } = await preview('lost', 'IN_PLACE')
    const before = world.backup.allGuids()
    const request = { mode: 'REPAIR', planId, confirm: 'vault/lost', reason: 'a failed test on the backup' }
    const { status, body } = await witness.post(path('lost', 'run'), request)
    expect(status).toBe(202)
    const run = await witness.ended(body.id)
    expect(run.state).toBe('SUCCEEDED')
    expect(run.reason).toBe('a failed test on the backup')
    const after = new Set(world.backup.allGuids())
    const gone = before.filter((guid) => !after.has(guid))
    expect(gone.toSorted()).toEqual(plan.destroys.flatMap(({ guid }: Body) => guid ?? []).toSorted())
    const { primary, backup } = world.guids('lost')
    expect(backup).toEqual(primary)
  })
})

describe('set aside', () => {
  test('one request, nothing typed: nothing is lost, and what was in the way is beside it, held', async () => {
    const { planId, confirm, plan } = await preview('kept', 'SET_ASIDE')
    expect([plan.kind, plan.destroys, confirm]).toEqual(['SET_ASIDE_REWIND', [], null])
    expect(plan.checks.map(({ id, state }: Body) => [id, state])).toContainEqual(['rights', 'OK'])
    const before = world.backup.allGuids()
    const { body } = await witness.post(path('kept', 'run'), { mode: 'REPAIR', planId })
    const run = await witness.ended(body.id)
    expect(run.state).toBe('SUCCEEDED')
    const after = new Set(world.backup.allGuids())
    expect(before.filter((guid) => !after.has(guid))).toEqual([])
    expect(Object.keys(world.backup.guids(plan.setAside.name))).toEqual(['own', 'own2'])
    const { primary, backup } = world.guids('kept')
    expect(backup).toEqual(primary)
  })

  test('two at once, over the API and the command line: one runs, the other is told which', async () => {
    world.backup.misbehave({ match: '^zfs promote', delayMs: 3000 })
    const [api, cli] = await Promise.all([
      witness.post(path('twice', 'run'), { mode: 'REPAIR' }),
      witness.cli('repair', world.id('twice'), '--yes', '--json'),
    ])
    world.backup.misbehave()
    const conflict = api.status === 409 ? JSON.stringify(api.body) : cli.err
    expect([api.status === 409, cli.code === 6].filter(Boolean)).toHaveLength(1)
    const runs = await witness.get(`/api/runs?kind=REPAIR&datasetId=${world.id('twice')}`)
    expect(runs.items).toHaveLength(1)
    expect(conflict).toContain(`${runs.items[0].id}`)
    expect((await witness.ended(runs.items[0].id)).state).toBe('SUCCEEDED')
  })
})
