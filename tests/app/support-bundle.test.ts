import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '#lib/db/open.ts'
import { Browser } from '#tests/witness/browser.ts'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { type Service, zwitness } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * Secrets are planted wherever one can come from: the configuration (by variable, by file, as it stands), users, tokens,
 * sessions, and log lines that somebody wrote carelessly. None of them is in a bundle, whichever way it is made.
 */
const PLANTED = {
  variable: 'env-Secret-0815-of-ntfy',
  file: 'file-Secret-4711-of-mail',
  plain: 'plain-Secret-1234-of-gotify',
  hook: 'T0KENPATH/B0/in-the-address-of-slack',
  password: 'correct horse battery staple',
  careless: 'hunter2-in-a-log-line',
  key: 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmU',
}
let world: World
let witness: Service
let home: Home
/** Tokens, cookies and hashes that are made only when the service runs. */
const made: string[] = []

beforeAll(async () => {
  world = await World.open()
  world.dataset('acme/books', 2, { onBackup: 1 })
  const base = world.yaml({ datasets: { 'acme/books': {} }, auth: { mode: 'password' } })
  witness = world.service(base)
  home = witness.home
  const mailFile = join(home.config, 'mail.secret')
  writeFileSync(mailFile, `${PLANTED.file}\n`)
  chmodSync(mailFile, 0o600)
  const nowhere = 'http://127.0.0.1:9'
  home.configure(`${base}
server: { allowed_hosts: [witness.acme.example] }
notifications:
  channels:
    - { name: pager-of-acme, type: ntfy, url: '${nowhere}/replication', token: '\${NTFY_TOKEN}' }
    - { name: mail, type: email, host: 127.0.0.1, port: 9, from: a@acme.example, to: [ops@acme.example], username: bob, password_file: ${mailFile} }
    - { name: gotify, type: gotify, url: '${nowhere}', token: '${PLANTED.plain}' }
    - { name: slack, type: slack, url: '${nowhere}/services/${PLANTED.hook}' }
`)
  Object.defineProperty(home, 'environment', { value: { ...home.environment, NTFY_TOKEN: PLANTED.variable } })

  // Lines as a careless program would write them.
  const store = await openStore({ directory: home.data })
  const line = { at: Date.now(), level: 'warn', component: 'test', runId: null, datasetId: null, host: null } as const
  const messages = [
    `could not log in with ${PLANTED.variable} and ${PLANTED.file}`,
    `password=${PLANTED.careless}`,
    `POST https://hooks.slack.com/services/${PLANTED.hook}`,
    `Authorization: Bearer ${PLANTED.careless}`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${PLANTED.key}\n-----END OPENSSH PRIVATE KEY-----`,
  ]
  await store.addLogs(
    messages.map((message) => ({ ...line, message, requestId: null, fields: { token: PLANTED.plain } })),
  )
  await store.close()

  await witness.start()
  await witness.post('/api/users', { name: 'alice', role: 'ADMIN', password: PLANTED.password })
  const { body: token } = await witness.post('/api/tokens', { name: 'robot-of-acme', role: 'VIEWER' })
  const browser = new Browser(witness.url ?? '')
  await browser.signIn('alice', PLANTED.password)
  const session = browser.cookie(/^zwitness-\d+$/) ?? ''
  expect(session.length).toBeGreaterThan(20)
  made.push(token.token, session)
  await witness.idle()
  for (const { password_hash: hash } of await rows(home, 'SELECT password_hash FROM user')) made.push(hash)
  for (const { digest } of await rows(home, 'SELECT digest FROM session UNION SELECT digest FROM api_token'))
    made.push(digest)
  expect(made.filter((secret) => (secret ?? '') === '')).toEqual([])
  expect(made.length).toBeGreaterThanOrEqual(5)
})
afterAll(() => world.close())

/** By another process, as everything that reads the database of a service. */
async function rows(at: Home, query: string): Promise<Body[]> {
  const script = `const { Database } = require('bun:sqlite'); console.log(JSON.stringify(new Database(process.argv[1], { readonly: true }).query(process.argv[2]).all()))`
  const child = Bun.spawn([process.execPath, '-e', script, join(at.data, 'zwitness.db'), query], { stdout: 'pipe' })
  return JSON.parse(await new Response(child.stdout).text())
}

async function contents(file: string): Promise<ReadonlyMap<string, string>> {
  const files = await new Bun.Archive(await Bun.file(file).bytes()).files()
  const found = new Map<string, string>()
  for (const [path, each] of files) found.set(path, await each.text())
  return found
}

async function bundle(name: string, ...options: readonly string[]) {
  const file = join(world.directory, name)
  const ran = await zwitness(home, ['support-bundle', file, '--json', ...options])
  expect([ran.code, ran.err.split('\n').filter((line) => line.startsWith('zwitness:'))]).toEqual([0, []])
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  return { file, said: ran.json(), found: await contents(file) }
}

/** Which of them is in it, and where. */
function planted(found: ReadonlyMap<string, string>, wanted: readonly string[]): readonly string[] {
  return [...found].flatMap(([path, text]) =>
    wanted.filter((secret) => text.toLowerCase().includes(secret.toLowerCase())).map((secret) => `${path}: ${secret}`),
  )
}
const secrets = () => [...Object.values(PLANTED), ...made, readFileSync(join(home.config, 'id_ed25519'), 'utf8')]
const FILES = [
  'config',
  'contents',
  'database',
  'datasets',
  'doctor',
  'functions',
  'incidents',
  'logs',
  'machine',
  'maintenance',
  'notifications',
  'runs',
  'status',
  'version',
]

test('--anonymous: where a name cannot be had, nothing is written that may hold it', async () => {
  const file = join(world.directory, 'viewer.tar.gz')
  const tokenFile = join(world.directory, 'viewer.token')
  const options = ['--url', witness.url ?? '', '--token-file', tokenFile, '--no-doctor']
  writeFileSync(tokenFile, made[0] ?? '', { mode: 0o600 })
  const { code, err } = await zwitness(home, ['support-bundle', file, '--anonymous', ...options])
  expect([code, err]).toEqual([1, expect.stringContaining('Nothing was written')])
  expect(err).toContain('/api/users: ')
  expect(existsSync(file)).toBe(false)
  expect((await zwitness(home, ['support-bundle', file, ...options])).code).toBe(0)
})

describe.each([
  ['through the service', async () => {}],
  ['with the service stopped', async () => void (await witness.stop())],
])('%s', (_, before) => {
  beforeAll(before)

  test('all that helps is in it, and named; no secret is', async () => {
    const { said, found } = await bundle(`whole-${Bun.randomUUIDv7()}.tar.gz`)
    expect([...found.keys()].sort()).toEqual(FILES.map((name) => `zwitness-support/${name}.json`))
    expect(said).toMatchObject({ schema: 'support-bundle/1', missing: [], anonymous: false })
    expect(said.files.map(({ name }: Body) => name).sort()).toEqual(FILES.map((name) => `${name}.json`))
    const read = (name: string): Body => JSON.parse(found.get(`zwitness-support/${name}.json`) ?? '')
    expect(read('logs').length).toBeGreaterThan(5)
    expect(read('database').tables.find(({ name }: Body) => name === 'user').rows).toBe(1)
    expect(read('doctor').output.findings.length).toBeGreaterThan(5)
    expect(read('datasets')).toMatchObject([{ id: world.id('acme/books') }])
    expect(JSON.stringify(read('config'))).toContain('notifications.channels.gotify.token')
    expect(planted(found, secrets())).toEqual([])
    // The search itself can find something.
    expect(planted(found, ['acme/books']).length).toBeGreaterThan(1)
  })

  test('--anonymous: no name of a host, dataset, user, channel, no address', async () => {
    const { found, said } = await bundle(`anonymous-${Bun.randomUUIDv7()}.tar.gz`, '--anonymous', '--no-doctor')
    expect(said.anonymous).toBe(true)
    expect(planted(found, secrets())).toEqual([])
    // Of a pool that is called `tank`, as many are, that word alone stays.
    const names = ['acme', 'books', 'alice', 'prim-', '"prim"', 'vault/', 'tank/', 'pager', '@acme', 'robot']
    expect(planted(found, names)).toEqual([])
    const datasets = JSON.parse(found.get('zwitness-support/datasets.json') ?? '')
    expect(datasets).toMatchObject([
      {
        pair: {
          primary: { host: 'host-1', dataset: 'pool-1/dataset-1/dataset-2' },
          backup: { host: 'host-2', dataset: 'pool-2/dataset-1/dataset-2' },
        },
      },
    ])
    const config = JSON.parse(found.get('zwitness-support/config.json') ?? '')
    const names2 = config.effective.values.filter(({ path }: Body) => path.endsWith('.backup_dataset'))
    expect(names2).toMatchObject([{ value: 'host-2:pool-2/dataset-1/dataset-2' }])
  })
})

test('with a configuration that has faults there is what can be had, and why the rest is not', async () => {
  home.configure(`pairs: nonsense\nnotifications: { channels: [{ type: gotify, token: '${PLANTED.plain}' }] }\n`)
  const { said, found } = await bundle('faults.tar.gz')
  expect([...found.keys()].sort()).toEqual(
    ['config-check', 'contents', 'machine'].map((name) => `zwitness-support/${name}.json`),
  )
  expect(said.missing).toMatchObject([{ why: expect.stringContaining('pairs') }])
  const machine = JSON.parse(found.get('zwitness-support/machine.json') ?? '')
  expect(machine.data.files.map(({ name }: Body) => name)).toContain('zwitness.db')
  expect(machine.backups).toMatchObject({ directory: join(home.data, 'backups') })
  expect(planted(found, secrets())).toEqual([])
})

test('--anonymous: a configuration with faults quotes what nobody knows to be a name', async () => {
  const file = join(world.directory, 'anonymous-faults.tar.gz')
  expect(await zwitness(home, ['support-bundle', file, '--anonymous'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('It has faults'),
  })
  expect(existsSync(file)).toBe(false)
})

test('a directory that cannot be listed is not an empty one', async () => {
  const nowhere = join(world.directory, 'nowhere')
  const file = join(world.directory, 'nowhere.tar.gz')
  const environment = { ...home.environment, ZWITNESS_DATA_DIR: nowhere }
  expect((await zwitness({ environment }, ['support-bundle', file])).code).toBe(0)
  const found = await contents(file)
  expect(JSON.parse(found.get('zwitness-support/machine.json') ?? '')).toMatchObject({
    data: { directory: nowhere, files: null, why: 'It is not there.' },
  })
})
