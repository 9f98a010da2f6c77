import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import { Service, zwitness } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* The file and the running service: what is wrong is said with its place, and what runs goes on as it was. */
let world: World
let witness: Service
let good: string

beforeAll(async () => {
  world = await World.open()
  for (const name of ['kept', 'removed']) world.dataset(name, 2, { onBackup: 1, bytes: 4_000_000 })
  good = world.yaml({ datasets: { kept: {}, removed: {} }, defaults: { primary_max_age_hours: 0 } })
  witness = world.service(good)
  await witness.start()
  await witness.status(world.id('kept'), 'HEALTHY')
})
afterAll(() => world.close())

/** The good file with a key that nobody knows. */
const bad = (): string => good.replace('"backup_dataset"', '"backup_datset"')

test('config check: 9, and each fault with file, line and column and what to write instead; 0 for a good file', async () => {
  const home = world.home(bad())
  const { code, out, err } = await zwitness(home, ['config', 'check'])
  expect(code).toBe(9)
  expect(out).toContain(`${home.configFile}:8:`)
  expect(out).toContain('backup_datset')
  expect(out).toContain('backup_dataset')
  expect(err).toContain('is not valid')
  const json = await zwitness(home, ['config', 'check', '--json'])
  expect(json.json()).toMatchObject({ schema: 'config-check/1', valid: false })
  expect((await witness.cli('config', 'check')).code).toBe(0)
})

test('serve and every other command end with 9 where the file is not valid', async () => {
  const home = world.home(bad())
  for (const words of [['serve', '--port', '0'], ['status']]) {
    const { code, err } = await zwitness(home, words)
    expect({ words, code }).toEqual({ words, code: 9 })
    expect(err).toContain(`${home.configFile}:8:`)
  }
})

test('a file that became invalid changes nothing: the faults are shown, the old one stays in force', async () => {
  witness.home.configure(bad())
  const refused = await witness.post('/api/config/reload')
  expect(refused).toMatchObject({ status: 422, body: { code: 'CONFIG_INVALID' } })
  expect(refused.body.faults[0]).toMatchObject({ file: witness.home.configFile, line: 8 })
  const cli = await witness.cli('config', 'reload')
  expect(cli.code).toBe(9)
  expect(cli.err).toContain(`${witness.home.configFile}:8:`)
  const { config } = await witness.get('/api/status')
  expect(config).toMatchObject({ inSync: false })
  expect(config.error).toContain(':8:')
  expect((await witness.get('/api/datasets')).total).toBe(2)
})

test('SIGHUP with an invalid file is logged and harmless; with a good one it is taken over', async () => {
  witness.signal('SIGHUP')
  await until('the fault is in the log', 10, async () =>
    (await witness.get('/api/logs?level=ERROR')).items.some(({ message }: Body) =>
      message.includes('was not reloaded (asked by SIGHUP)'),
    ),
  )
  witness.home.configure(good.replace('"interval_minutes": 1440', '"interval_minutes": 720'))
  witness.signal('SIGHUP')
  await until('it is in force', 10, async () => (await witness.get('/api/config')).inSync)
  expect((await witness.get('/api/status')).config.error).toBeNull()
})

test('a reload tells what it changed, and an unchanged file changes nothing', async () => {
  witness.home.configure(good)
  const reloaded = await witness.post('/api/config/reload')
  expect(reloaded).toMatchObject({ status: 200, body: { changed: true } })
  expect(reloaded.body.diff.changes).toContainEqual(
    expect.objectContaining({ path: 'scheduler.interval_minutes', from: 720, to: 1440 }),
  )
  expect((await witness.post('/api/config/reload')).body).toMatchObject({ changed: false })
  expect((await witness.cli('config', 'reload')).out).toBe('Nothing has changed.\n')
})

test('a dataset whose repair is under way cannot be removed; afterwards it can, and it is gone', async () => {
  world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 500_000 })
  const { body } = await witness.post(`/api/datasets/${world.id('removed')}/run`, { mode: 'REPAIR' })
  await witness.transferring(world.id('removed'), 1)
  witness.home.configure(world.yaml({ datasets: { kept: {} }, defaults: { primary_max_age_hours: 0 } }))
  expect(await witness.post('/api/config/reload')).toMatchObject({
    status: 409,
    body: { code: 'ALREADY_RUNNING', runId: body.id, datasetId: world.id('removed') },
  })
  expect((await witness.get('/api/datasets')).total).toBe(2)

  await witness.post(`/api/runs/${body.id}/cancel`)
  await witness.ended(body.id)
  world.primary.misbehave()
  const reloaded = await witness.post('/api/config/reload')
  expect(reloaded.body.diff.removed).toMatchObject([{ datasetId: world.id('removed') }])
  expect((await witness.send(`/api/datasets/${world.id('removed')}`)).status).toBe(404)
  // Its history is kept: the run can still be read.
  expect((await witness.get(`/api/runs/${body.id}`)).state).toBe('CANCELLED')
})

test('a second service in the same data directory is refused with 7, naming the process that has it', async () => {
  const { code, err } = await zwitness(witness.home, ['serve', '--port', '0'])
  expect(code).toBe(7)
  expect(err).toContain(`process ${witness.pid}`)
  expect((await witness.get('/healthz')).status).toBe('ok')
})

test('a database of a newer version is left alone, in a plain sentence', async () => {
  const home = world.home(good)
  await zwitness(home, ['status'])
  const file = [...new Bun.Glob('*.{db,sqlite,sqlite3}').scanSync(home.data)].find((name) => !name.startsWith('owner'))
  const database = new Database(join(home.data, file ?? 'there is no database'))
  database.run('PRAGMA user_version = 999')
  database.close()
  const newer = new Service(home)
  const { code, err } = await newer.cli('serve', '--port', '0')
  expect(code).toBe(7)
  expect(err).toContain('999')
  expect(err).not.toContain('something went wrong inside')
})
