import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Service, zwitness } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* A witness that is started before anything is configured, up to its first check. */
const NAME = 'first'
let world: World
let witness: Service
let yaml: string

beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 2, { onBackup: 2 })
  yaml = world.yaml({ datasets: { [NAME]: {} }, defaults: { primary_max_age_hours: 0 } })
  witness = world.service(yaml)
  rmSync(witness.home.configFile)
  renameSync(join(witness.home.config, 'known_hosts'), join(witness.home.config, 'later'))
})
afterAll(() => world.close())

/** The words beside the steps, in their order. */
async function marks(): Promise<readonly (string | undefined)[]> {
  const page = await (await witness.send('/first-steps')).text()
  return [...page.matchAll(/class="first-mark">.*?<\/svg>\s*([^<]+)</g)].map(([, word]) => word?.trim())
}

test('without a file it starts, watches nothing, is not ready, and says what comes first', async () => {
  await witness.start()
  expect((await witness.send('/healthz')).status).toBe(200)
  expect(await witness.get('/readyz')).toMatchObject({ status: 503, failed: ['configuration'] })
  expect(await marks()).toEqual(['Done', 'To do', 'Done', 'Later', 'Later', 'Later', 'Later'])
  const page = await (await witness.send('/')).text()
  expect(page).toContain('No datasets configured yet')
  expect(page).toContain(witness.home.configFile)
  expect(page).toMatch(/restrict ssh-[a-z0-9]+ AAAA/)
  expect((await witness.get('/api/status')).overall).toBe('UNKNOWN')
  expect(await witness.stderr()).not.toContain('No dataset is configured')
})

test('a file with faults is not loaded, and the page says that it has some', async () => {
  witness.home.configure(yaml.replace('san_hosts', 'san_hots'))
  expect((await witness.post('/api/config/reload')).status).toBe(422)
  expect((await marks())[1]).toBe('To do')
  expect(await (await witness.send('/first-steps')).text()).toContain('has faults')
  expect(await witness.get('/readyz')).toMatchObject({ failed: ['configuration'] })
})

test('a sound one waits to be loaded; loaded, its hosts are asked for their keys', async () => {
  witness.home.configure(yaml)
  expect(await (await witness.send('/first-steps')).text()).toContain('not loaded yet')
  expect((await witness.post('/api/config/reload')).status).toBe(200)
  expect((await witness.send('/readyz')).status).toBe(200)
  expect((await marks()).slice(0, 5)).toEqual(['Done', 'Done', 'Done', 'To do', 'Not known'])
})

test('pinned, examined and checked, all is done', async () => {
  renameSync(join(witness.home.config, 'later'), join(witness.home.config, 'known_hosts'))
  await witness.post('/api/run')
  await witness.status(world.id(NAME), 'HEALTHY')
  expect((await witness.post('/api/doctor')).status).toBe(200)
  expect(await marks()).toEqual(['Done', 'Done', 'Done', 'Done', 'Done', 'Done', 'Done'])
})

test('a file that was there and is gone is no first start: it says so and does not begin', async () => {
  expect(await witness.stop()).toBe(0)
  rmSync(witness.home.configFile)
  const ended = await zwitness(witness.home, ['serve', '--host', '127.0.0.1', '--port', '0'])
  expect([ended.code, ended.err]).toEqual([9, expect.stringContaining('There is no file')])
})
