import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { World } from '#tests/app/world.ts'
import { type ComposeService, PodmanContainer } from './podman-container.ts'

setDefaultTimeout(600_000)

/* The image that podman built, started as the compose files say, against simulated SANs behind real sshds. */
const NAME = 'data'
let world: World
const open: PodmanContainer[] = []

beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 1, { onBackup: 1 })
})
afterAll(async () => {
  for (const each of open) each.close()
  await world?.close()
})

const service = (path: string): ComposeService => parse(readFileSync(path, 'utf8')).services.zwitness

function container(compose: ComposeService): PodmanContainer {
  const made = new PodmanContainer(compose, world.home(world.yaml({ datasets: { [NAME]: {} } })))
  open.push(made)
  return made
}

test('compose.yaml: the port is published to this machine, the health check passes, SIGTERM ends it with 0', async () => {
  const one = container(service('compose.yaml'))
  await one.start('published')
  expect((await one.published('/healthz')).status).toBe(200)
  expect(JSON.parse(one.inspect('{{json .NetworkSettings.Ports}}'))).toMatchObject({
    '8080/tcp': [{ HostIp: '127.0.0.1' }],
  })
  expect(one.isHealthy()).toBe(true)
  expect(one.exec('id', '-u').out.trim()).toBe('1001')
  expect(one.exec('touch', '/app/x').err).toContain('Read-only file system')
  expect(one.exec('zwitness', 'version').code).toBe(0)
  expect(one.exec('cat', '/app/LICENSE', '/app/NOTICE', '/app/docs/licences.md').code).toBe(0)
  expect(one.stop()).toBe(0)
})

test('compose.yaml: it reaches both SANs by ssh', async () => {
  const one = container(service('compose.yaml'))
  await one.start('host')
  await one.post('/api/run')
  await one.status(world.id(NAME), 'HEALTHY')
  expect(one.stop()).toBe(0)
})

test('user: "4711:4711", which no passwd knows: keys are made, both SANs are reached, and the doctor sees what ssh sees', async () => {
  const one = container({ ...service('compose.yaml'), user: '4711:4711' })
  expect(one.run('keys', 'init')).toMatchObject({ code: 0 })
  await one.start('host')
  expect(one.exec('getent', 'passwd', '4711').code).toBe(2)
  await one.post('/api/run')
  await one.status(world.id(NAME), 'HEALTHY')
  const report = JSON.parse(one.exec('zwitness', 'doctor', '--json').out)
  const uid = report.findings.find(({ check }: { check: string }) => check === 'UID')
  expect(uid).toMatchObject({ state: 'OK', message: 'The witness runs as witness (uid 4711).' })
  expect(one.stop()).toBe(0)
})

test('user: "4711:4711" without a /tmp to write to is refused, in words', () => {
  const one = container({ ...service('compose.yaml'), user: '4711:4711', tmpfs: [] })
  const refused = one.run('keys', 'init')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('uid 4711 has no entry in /etc/passwd')
  expect(refused.err).toContain('tmpfs: ["/tmp:mode=1777,size=64m"]')
})
