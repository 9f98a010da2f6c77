import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { type Service, zwitness } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * A backup taken while a repair runs, and put back on a machine that has nothing: the same history, users, runs. Then what is
 * no backup: refused, and what was there is there, to the byte.
 */
const MB = 1_000_000
const PASSWORD = 'correct horse battery'
let world: World
let witness: Service
let file = ''
let before: Awaited<ReturnType<typeof everything>>

const everything = async (of: Pick<Service, 'get'>) => ({
  runs: await all(of, '/api/runs'),
  users: await of.get('/api/users'),
  audit: await all(of, '/api/audit'),
  datasets: await of.get('/api/datasets'),
  incidents: await all(of, '/api/incidents'),
  history: await all(of, '/api/history'),
})
/** Page after page: how many checks it takes until there is an incident depends on the machine. */
async function all(of: Pick<Service, 'get'>, path: string): Promise<Body[]> {
  const items: Body[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Body = await of.get(`${path}?limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    items.push(...page.items)
    cursor = page.nextCursor ?? null
  }
  return items
}
const changesOf = (items: readonly Body[]) =>
  items.map(({ id, at, datasetId, host, from, to }) => [id, at, datasetId, host, from, to])
const idsOf = (items: readonly Body[]) => items.map(({ id }) => id)
/** What a restart or a later look may change of none of them. */
const runsOf = (items: readonly Body[]) =>
  items.map(({ id, kind, state, startedAt }: Body) => [id, kind, state, startedAt])

beforeAll(async () => {
  world = await World.open()
  world.dataset('data', 1, { onBackup: 1 })
  world.dataset('done', 2, { onBackup: 1 })
  witness = world.service(world.yaml({ datasets: { data: {}, done: {}, absent: {} } }))
  await witness.start()
  await witness.post('/api/users', { name: 'alice', role: 'ADMIN', password: PASSWORD })
  await witness.status(world.id('data'), 'HEALTHY')
  await witness.idle()
  await witness.post(`/api/datasets/${world.id('done')}/run`)
  await witness.idle()
  // A primary dataset that is not there is an incident at the second look.
  await until('there is an incident', 60, async () => {
    await witness.post('/api/run')
    await witness.idle()
    return (await witness.get('/api/incidents')).items.length > 0
  })
  // The rest of it would take minutes.
  world.primary.misbehave({ match: '^zfs send -v', throttleAfterBytes: 4 * MB, bytesPerSecond: MB / 20 })
  world.snapshot('data', 'big', { bytes: 12 * MB })
  await witness.post('/api/run')
  await witness.transferring(world.id('data'), 2 * MB)
})
afterAll(() => world.close())

describe('while a repair runs', () => {
  test('a backup is written, whole and for its owner alone, and the repair goes on', async () => {
    file = join(world.directory, 'backup.sqlite')
    before = await everything(witness)
    const { code, out, err, json } = await witness.cli('backup', file, '--json')
    expect([code, err]).toEqual([0, ''])
    expect(json()).toMatchObject({ schema: 'backup/1', file, datasets: 3, users: 1, runs: before.runs.length })
    expect(out).not.toContain(PASSWORD)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(join(witness.home.data, 'backups')).filter((name) => name.startsWith('.'))).toEqual([])
    const [newest] = (await witness.get('/api/runs?state=RUNNING')).items
    expect(newest).toMatchObject({ kind: 'REPAIR', datasetId: world.id('data') })
    expect((await witness.get('/api/audit?action=backup')).items).toMatchObject([{ actor: { name: 'local' } }])
  })

  test('an old file is replaced only where that was said', async () => {
    expect(await witness.cli('backup', file)).toMatchObject({ code: 5, err: expect.stringContaining('--force') })
    expect((await witness.cli('backup', file, '--force')).code).toBe(0)
    expect(await witness.cli('backup', world.directory)).toMatchObject({ code: 2 })
    expect(await witness.cli('backup', join(world.directory, 'no', 'file'))).toMatchObject({ code: 1 })
  })

  test('nothing is put back under a service that runs', async () => {
    const { code, err } = await witness.cli('restore', file, '--yes')
    expect([code, err]).toEqual([7, expect.stringContaining('is in use by')])
    expect(err).toContain('Nothing was replaced')
  })

  test('every night the same is done by itself', async () => {
    const { status, body } = await witness.post('/api/functions/back-up', {})
    expect([status, body.output.removed]).toEqual([200, []])
    expect(existsSync(body.output.file)).toBe(true)
    const { integrity, backups, tables } = await witness.get('/api/database')
    expect(integrity).toEqual([])
    expect(backups).toMatchObject({ failure: null, files: [{ bytes: body.output.bytes }] })
    expect(tables.find(({ name }: Body) => name === 'user')).toEqual({ name: 'user', rows: 1 })
  })
})

describe('on a machine that has nothing', () => {
  let home: Home
  beforeAll(async () => {
    await witness.kill()
    home = world.home(world.yaml({ datasets: { data: {}, done: {}, absent: {} } }))
    rmSync(home.data, { recursive: true })
  })

  test('the same history, users and runs; what ran is interrupted, and the audit goes on', async () => {
    const { code, err, json } = await zwitness(home, ['restore', file, '--json'])
    expect([code, err]).toEqual([0, expect.stringContaining('is sound')])
    expect(json()).toMatchObject({ schema: 'restore/1', kept: null, users: 1 })
    world.primary.misbehave()
    const app = await world.app(home)
    const after = await everything(app)
    expect(runsOf(after.runs).slice(-before.runs.length)).toEqual(
      runsOf(before.runs).map(([id, kind, state, at]: unknown[]) => [
        id,
        kind,
        state === 'RUNNING' || state === 'QUEUED' ? 'INTERRUPTED' : state,
        at,
      ]),
    )
    expect(after.users).toEqual(before.users)
    expect(JSON.stringify(before.incidents)).toContain(world.id('absent'))
    expect(idsOf(after.incidents)).toEqual(expect.arrayContaining(idsOf(before.incidents)))
    expect(before.history.length).toBeGreaterThan(0)
    expect(changesOf(after.history).slice(-before.history.length)).toEqual(changesOf(before.history))
    expect(after.audit.slice(-before.audit.length)).toEqual(before.audit)
    expect(after.audit.find(({ action }: Body) => action === 'restore')).toMatchObject({ detail: { file } })
    expect(await app.post('/api/audit/verify', {})).toMatchObject({ status: 200, body: { intact: true, faults: [] } })
    expect(after.datasets.items.map(({ id }: Body) => id)).toEqual(before.datasets.items.map(({ id }: Body) => id))
    await app.scan()
    expect((await app.dataset(world.id('data'))).status).toBe('HEALTHY')
    await app.close()
  })

  test('what is no backup is refused by its name, and what was there is there, to the byte', async () => {
    const wrong = join(world.directory, 'wrong.sqlite')
    const database = join(home.data, 'zwitness.db')
    const bytes = await Bun.file(database).bytes()
    const whole = await Bun.file(file).bytes()
    const newer = whole.slice()
    new DataView(newer.buffer).setUint32(60, 9999)
    const damaged = whole.slice()
    damaged.fill(0x78, 40_960, 120_000)
    for (const [what, words] of [
      [whole.slice(0, whole.length - 4096), 'was cut off'],
      [newer, 'has schema 9999'],
      [damaged, 'damaged'],
      [new TextEncoder().encode('-- SQL dump'), 'no SQLite database'],
    ] as const) {
      writeFileSync(wrong, what)
      const { code, err } = await zwitness(home, ['restore', wrong, '--yes'])
      expect([code, err]).toEqual([1, expect.stringContaining(words)])
      expect(err).toContain(wrong)
      expect(await Bun.file(database).bytes()).toEqual(bytes)
    }
    expect(await zwitness(home, ['restore', database, '--yes'])).toMatchObject({ code: 1 })
    expect(await zwitness(home, ['restore', join(world.directory, 'none'), '--yes'])).toMatchObject({ code: 1 })
    expect(readdirSync(home.data).filter((name) => /^\.restoring|before-restore/.test(name))).toEqual([])
  })

  test('a person has to agree; then the one before is kept, and can be put back in turn', async () => {
    expect(await zwitness(home, ['restore', file])).toMatchObject({ code: 5, err: expect.stringContaining('--yes') })
    const database = join(home.data, 'zwitness.db')
    const there = await Bun.file(database).bytes()
    const { code, json } = await zwitness(home, ['restore', file, '--yes', '--json'])
    expect(code).toBe(0)
    const { kept } = json()
    // But for the first page, in which SQLite counts who opened it.
    expect((await Bun.file(kept).bytes()).slice(4096)).toEqual(there.slice(4096))
    expect((await zwitness(home, ['restore', kept, '--yes'])).code).toBe(0)
    expect((await zwitness(home, ['audit', '--action', 'restore', '--json'])).json().items).toHaveLength(2)
  })

  test('a database that was copied with its log beside it is put back with what is in that', async () => {
    const copied = join(world.directory, 'copied')
    mkdirSync(copied)
    const app = await world.app(home)
    await app.post('/api/users', { name: 'bob', role: 'VIEWER', password: PASSWORD })
    // By another process: whoever closes these files in ours drops the locks that the app has on them.
    const files = ['zwitness.db', 'zwitness.db-wal'].map((name) => join(home.data, name))
    expect(Bun.spawnSync(['cp', ...files, copied]).exitCode).toBe(0)
    await app.close()
    expect((await zwitness(home, ['restore', join(copied, 'zwitness.db'), '--yes'])).code).toBe(0)
    const names = (await zwitness(home, ['user', 'list', '--json'])).json().items.map(({ name }: Body) => name)
    expect(names).toEqual(['alice', 'bob'])
  })
})
