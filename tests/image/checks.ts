import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { withCommand } from '#tests/app/processes.ts'
import { World } from '#tests/app/world.ts'
import type { Body } from '#tests/witness/client.ts'
import { until } from '#tests/witness/until.ts'
import { Container, statusOf } from './container.ts'
import { ENGINES, type Engine, type Settings } from './engines.ts'
import { Image } from './image.ts'

setDefaultTimeout(600_000)

/*
 * The image as it was built from the Dockerfile, against simulated SANs behind real sshds outside of it. A chroot shares
 * the machine's network: that compose publishes the port, and to whom, is not tried here.
 */
const MB = 1_000_000
/** A dataset for each engine: a new data directory is another witness, which holds still where one has just repaired. */
const NAMES = new Map(ENGINES.map(([, engine], n) => [engine, `data${n + 1}`]))
let image: Image
let world: World
const open: Container[] = []

beforeAll(async () => {
  image = new Image()
  world = await World.open()
  for (const name of NAMES.values()) world.dataset(name, 1, { onBackup: 1 })
})
afterAll(async () => {
  for (const each of open) await each.close()
  await world?.close()
  image?.remove()
})

const nameOf = (engine: Engine): string => NAMES.get(engine) ?? ''

function container(engine: Engine, settings: Settings = {}, owner?: string): Container {
  const made = new Container(
    image,
    engine,
    world.home(world.yaml({ datasets: { [nameOf(engine)]: {} } })),
    settings,
    owner,
  )
  open.push(made)
  return made
}

const files = (...find: readonly string[]): readonly string[] => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['find', image.root, '-xdev', ...find], { stdin: 'ignore' })
  if (exitCode !== 0) throw new Error(`find failed: ${stderr}`)
  const paths = stdout.toString().split('\n')
  return paths.filter((path) => path !== '').map((path) => path.slice(image.root.length))
}

describe('what is in it', () => {
  test('a user of its own, its volumes, a health check, and tini before everything', () => {
    expect(image.config).toMatchObject({
      User: '1001:1001',
      WorkingDir: '/app',
      Volumes: { '/config': {}, '/data': {}, '/logs': {} },
      ExposedPorts: { '8080/tcp': {} },
      Healthcheck: { Test: ['CMD', 'zwitness', 'healthz'] },
      Entrypoint: ['tini', '--', '/app/lib/setup/enter'],
      Cmd: ['serve'],
    })
    expect(image.config.Env).toContain('ZWITNESS_HOST=0.0.0.0')
  })

  test('no tests, no tools of the development, and no second copy of Bun', () => {
    expect(
      files(
        '-path',
        '*/app/*',
        '!',
        '-path',
        '*/node_modules/*',
        '(',
        '-name',
        '*.test.ts*',
        '-o',
        '-name',
        'fixtures',
        ')',
      ),
    ).toEqual([])
    const development = Object.keys(parse(readFileSync('package.json', 'utf8')).devDependencies)
    for (const name of [...development, '@oven']) expect(files('-path', `*/node_modules/${name}`)).toEqual([])
    expect(files('-path', '*/app/*', '-size', '+20M')).toHaveLength(1)
  })

  test('it tells what it is made of, and has the licence of each package', () => {
    const { components } = JSON.parse(readFileSync(`${image.root}/app/sbom.cdx.json`, 'utf8'))
    const names: readonly string[] = components.map((each: { name: string }) => each.name)
    expect(names).toContain('hono')
    // A package that comes without its text has it in our own NOTICE.
    const notice = readFileSync(`${image.root}/app/NOTICE`, 'utf8')
    // Of Bun only the binary is kept; its types come without a licence of their own, undici-types stands below another package.
    const without = names.filter(
      (name) =>
        !/^(@oven\/|bun$|bun-types$|undici-types$)/.test(name) &&
        !notice.includes(`\n${name} (https://`) &&
        files('-ipath', `*/app/node_modules/${name}/licen*`).length === 0,
    )
    expect(without).toEqual([])
  })

  test('nothing that its user could write to but /data, /logs and the temporary directories', () => {
    expect([...files('-uid', '1001'), ...files('-gid', '1001')].toSorted()).toEqual([
      '/data',
      '/data',
      '/logs',
      '/logs',
    ])
    const everybody = files('-perm', '-o+w', '!', '-type', 'l', '!', '-type', 'c')
    expect(everybody.toSorted()).toEqual(['/run/lock', '/tmp', '/var/tmp'])
  })

  test('compose.yaml asks for what is tried here as "hardened"', () => {
    expect(parse(readFileSync('compose.yaml', 'utf8')).services.zwitness).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/tmp:mode=1777,size=64m'],
      volumes: ['./config:/config:ro', 'data:/data', 'logs:/logs'],
      stop_grace_period: '60s',
    })
  })
})

describe.each(ENGINES)('%s', (name, engine) => {
  const isHardened = name.startsWith('hardened')
  const NAME = nameOf(engine)

  test('the service starts as 1001, answers /healthz, and so does the health check', async () => {
    const one = container(engine)
    const check = image.config.Healthcheck.Test.slice(1)
    expect((await one.exec(check)).code).not.toBe(0)
    await one.start()
    expect((await one.published('/healthz')).status).toBe(200)
    const ours = one.processes().map(statusOf)
    const service = ours.find(({ Name }) => Name === 'bun')
    expect(service?.Uid?.split('\t')).toEqual(['1001', '1001', '1001', '1001'])
    expect(service?.CapEff).toBe('0000000000000000')
    if (isHardened) expect(service).toMatchObject({ CapBnd: '0000000000000000', NoNewPrivs: '1' })
    if (isHardened) expect(statusOf(one.init).NSpid?.split('\t').at(-1)).toBe('1')
    expect(await one.exec(check)).toMatchObject({ code: 0 })
    expect((await one.exec(['zwitness', 'version'])).code).toBe(0)
    expect(await one.stop()).toMatchObject({ code: 0 })
  })

  test('without a configuration it starts, is not ready, and says what comes first', async () => {
    const one = container(engine)
    Bun.spawnSync(['rm', one.home.configFile])
    await one.start()
    expect(await one.get('/readyz')).toMatchObject({ status: 503, failed: ['configuration'] })
    expect(await (await one.send('/first-steps')).text()).toContain('/config/app-config.yaml')
    expect(await one.stop()).toMatchObject({ code: 0 })
  })

  test('a uid that no passwd knows is given a name: it reaches both SANs, and the doctor sees what ssh sees', async () => {
    const one = container(engine, { user: '4242:4343' })
    await one.start()
    await one.post('/api/run')
    await one.status(world.id(NAME), 'HEALTHY')
    const { findings } = (await one.post('/api/doctor')).body
    expect(findings.find(({ check }: Body) => check === 'UID')).toMatchObject({
      state: 'OK',
      message: 'The witness runs as witness (uid 4242).',
    })
    // As `docker exec`, which does not come through the entrypoint.
    expect((await one.exec(['zwitness', 'keys', 'init'])).code).toBe(0)
    expect(await one.stop()).toMatchObject({ code: 0 })
  })

  test('a uid whose passwd is mounted keeps the name that it has there', async () => {
    const user = '4242:4343'
    const passwdFile = join(world.directory, 'passwd')
    writeFileSync(passwdFile, 'replicator:x:4242:4343::/data:/usr/sbin/nologin\n')
    const one = container(engine, { user, passwdFile })
    await one.start()
    const { findings } = (await one.post('/api/doctor')).body
    expect(findings.find(({ check }: Body) => check === 'UID').message).toContain('runs as replicator (uid 4242)')
    expect(await one.stop()).toMatchObject({ code: 0 })
  })

  const USERS: readonly (readonly [user: string, owner: string, works: boolean])[] = [
    ['33:33', '33:33', true],
    ['1001:4343', '1001:1001', true],
    ['33:33', '1001:1001', false],
    // Root that may do nothing is nobody special; with its rights it works.
    ...(isHardened ? ([['0:0', '1001:1001', false]] as const) : []),
    ['0:0', '0:0', true],
  ]
  test.each(USERS)('user: %s over volumes of %s; works: %p', async (user, owner, works) => {
    const one = container(engine, { user }, owner)
    if (works) {
      await one.start()
      await one.post('/api/run')
      await one.status(world.id(NAME), 'HEALTHY')
      expect(await one.stop()).toMatchObject({ code: 0 })
    } else {
      const uid = user.split(':')[0]
      expect(await one.run()).toMatchObject({
        code: 1,
        err: expect.stringContaining(`uid ${uid} cannot write to /data`),
      })
    }
  })

  test(`its files: ${isHardened ? 'read-only for everybody' : 'its user changes none of them'}`, async () => {
    const tries = ['/app/x', '/etc/x', '/config/x', '/usr/x', '/x', '/data/x', '/logs/x', '/tmp/x']
    const words = ['sh', '-c', 'for each; do touch "$each" 2>/dev/null && echo "$each"; done; true', 'sh', ...tries]
    expect((await container(engine).exec(words)).out).toBe('/data/x\n/logs/x\n/tmp/x\n')
    if (!isHardened) return
    const root = container(engine, { user: '0:0' })
    expect((await root.exec(words)).out).toBe('/data/x\n/logs/x\n/tmp/x\n')
    expect((await root.exec(['touch', '/app/x'])).err).toContain('Read-only file system')
  })

  test('SIGTERM in the middle of a transfer: it ends with 0 and leaves nothing; the next container resumes', async () => {
    const TOTAL = 12 * MB
    const one = container(engine)
    await one.start()
    await one.post('/api/run')
    await one.status(world.id(NAME), 'HEALTHY')
    world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 2 * MB })
    const snapshot = `big-${isHardened ? 2 : 1}`
    world.snapshot(NAME, snapshot, { bytes: TOTAL })
    await one.post('/api/run')
    const { id } = await one.transferring(world.id(NAME), TOTAL / 3)
    world.primary.misbehave()
    const { code, seconds } = await one.stop()
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(60)
    console.log(`It had ended ${seconds.toFixed(1)} s after the SIGTERM.`)
    const left = () =>
      [...withCommand(' -F /data/ssh/config'), ...world.primary.processes(), ...world.backup.processes()].map(
        ({ command }) => command,
      )
    await until(
      'nothing is left of it',
      20,
      () => left().length === 0,
      () => left().join('\n'),
    )

    await one.start()
    await until('both sides are equal', 60, () => Bun.deepEquals(world.guids(NAME).backup, world.guids(NAME).primary))
    await one.status(world.id(NAME), 'HEALTHY')
    const [after] = await one.repairs(world.id(NAME))
    expect(await one.get(`/api/runs/${id}`)).toMatchObject({ state: 'INTERRUPTED' })
    expect(await one.get(`/api/runs/${after.id}`)).toMatchObject({
      state: 'SUCCEEDED',
      plan: { kind: 'RESUME' },
    } as Body)
    expect(after.bytes).toBeLessThan(TOTAL * 0.8)
    const [there, here] = [
      world.backup.zfs.content(`vault/${NAME}@${snapshot}`),
      world.primary.zfs.content(`tank/${NAME}@${snapshot}`),
    ]
    expect(there).toEqual(here)
    expect(await one.stop()).toMatchObject({ code: 0 })
  })
})

test('in all that, nothing else was written to its files', () => {
  const since = ['-newer', join(world.directory, 'prim', 'host_ed25519'), '-type', 'f']
  // The engine's own mark, what a test above left, and the name that the entry gave to uid 4242.
  const known = ['/run/.containerenv', '/tmp/x', '/tmp/zwitness-4242/group', '/tmp/zwitness-4242/passwd']
  expect(files(...since).filter((path) => !known.includes(path))).toEqual([])
})
