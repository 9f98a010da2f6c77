import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { Service, zwitness } from '#tests/witness/service.ts'
import { World } from './world.ts'

/* What others on this machine could read or change: private keys are refused, the rest is said on every surface. */
setDefaultTimeout(600_000)

const NAME = 'open'
let world: World
let yaml: string
beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 2, { onBackup: 2 })
  yaml = world.yaml({ datasets: { [NAME]: {} }, defaults: { primary_max_age_hours: 0 } })
})
afterAll(() => world.close())

/** As a mount does that knows no modes. */
function opened(home: Home): Home {
  for (const path of [home.configFile, home.config, home.data, join(home.config, 'id_ed25519')]) chmodSync(path, 0o777)
  return home
}

test('a private key that others may read: no start, with the line that closes it; the doctor says it too', async () => {
  const home = world.home(yaml)
  const key = join(home.config, 'id_ed25519')
  chmodSync(key, 0o644)
  const { code, err } = await zwitness(home, ['serve', '--port', '0'])
  expect(code).toBe(9)
  expect(err).toContain(`Others may read or change the private key ${key} (mode 0644). \`chmod 600 ${key}\``)
  expect(err).toContain('ZWITNESS_OPEN_FILES')
  const doctor = await zwitness(home, ['doctor', '--json'])
  expect(doctor.json().findings.filter(({ check }: Body) => check === 'FILES')).toMatchObject([
    { state: 'FAILED', fix: [{ host: null, command: `chmod 600 ${key}` }] },
  ])
})

test('a mount that shows everything as open: where that is said, it works, and is a warning on every surface', async () => {
  const home = opened(world.home(yaml))
  Object.defineProperty(home, 'environment', { value: { ...home.environment, ZWITNESS_OPEN_FILES: 'allow' } })
  const witness = new Service(home)
  await witness.start()
  try {
    await witness.post('/api/run', { mode: 'CHECK' })
    await witness.idle()
    // ssh itself was given a private copy, and took it.
    expect((await witness.get('/api/datasets')).items).toMatchObject([{ status: 'HEALTHY' }])
    const identity = /IdentityFile "(.*)"/.exec(readFileSync(join(home.data, 'ssh', 'config'), 'utf8'))?.[1] ?? ''
    expect([identity.startsWith(home.directory), statSync(identity).mode & 0o777]).toEqual([false, 0o600])

    const open = [join(home.config, 'id_ed25519'), home.configFile, home.config, home.data]
    const { warnings } = await witness.get('/api/status')
    for (const [at, path] of open.entries()) expect(warnings[at]).toContain(`${path} (mode 0777)`)
    const page = await (await witness.send('/')).text()
    const status = (await zwitness(home, ['status'])).out
    const plain = (await zwitness(home, ['status', '--plain'])).out
    const check = (await zwitness(home, ['config', 'check'])).out
    const doctor = (await zwitness(home, ['doctor'])).out
    const log = await Bun.file(join(home.directory, 'stdout.log')).text()
    for (const path of open)
      for (const said of [page, status, plain, check, doctor, log]) expect(said).toContain(`${path} (mode 0777)`)
  } finally {
    await witness.stop()
  }
})

test('a data directory that ssh cannot be given is refused at the start', async () => {
  const home = world.home(yaml)
  const odd = `${home.data}-100%`
  renameSync(home.data, odd)
  mkdirSync(home.data)
  Object.defineProperty(home, 'environment', { value: { ...home.environment, ZWITNESS_DATA_DIR: odd } })
  const { code, err } = await zwitness(home, ['serve', '--port', '0'])
  expect(code).toBe(9)
  expect(err).toContain(`ssh cannot be given the path ${JSON.stringify(odd)}`)
})
