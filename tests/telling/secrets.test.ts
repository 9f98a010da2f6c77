import { afterAll, beforeAll, expect, setDefaultTimeout, spyOn, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type App, openApp } from '#lib/app/app.ts'
import { COMMANDS } from '#lib/cli/commands/index.ts'
import { main } from '#lib/cli/main.ts'
import { fakeIo, noLoaders } from '#lib/cli/testing/command-line.ts'
import { KINDS } from '#lib/notify/channels/all.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { Browser } from '#tests/witness/browser.ts'
import type { Body } from '#tests/witness/client.ts'
import { EventStream } from '#tests/witness/event-stream.ts'
import { until } from '#tests/witness/until.ts'
import { Planted } from './planted.ts'
import { SecretScene } from './secret-scene.ts'
import { talkative } from './talkative.ts'

setDefaultTimeout(600_000)

/*
 * Secrets are planted wherever one may stand, everything is made to fail with them, and then everything that can be read is
 * searched for them: what the witness shows, logs, sends and keeps.
 */
const ROLES = ['viewer', 'operator', 'admin'] as const
const ID = 'prim-back.data'
/** Secrets that go to a service: all of the channels but the key that only signs. */
const SENT = 12

const planted = new Planted()
const written: string[] = []
let services: Awaited<ReturnType<typeof talkative>>
let scene: SecretScene
let app: App
let url = ''
let token = ''
let stream: EventStream
let ahead = 0
const browsers: Partial<Record<(typeof ROLES)[number], Browser>> = {}
const ends: (() => void | Promise<void>)[] = []

beforeAll(async () => {
  const level = process.env.LOG_LEVEL
  process.env.LOG_LEVEL = 'debug'
  for (const out of [process.stdout, process.stderr]) {
    const spy = spyOn(out, 'write').mockImplementation((text) => {
      written.push(String(text))
      return true
    })
    ends.push(() => spy.mockRestore())
  }
  services = await talkative(planted)
  const passwords = Object.fromEntries(ROLES.map((role) => [role, planted.word(`password of ${role}`)]))
  const hashes: Record<string, string> = {}
  for (const role of ROLES) {
    const hash = await Bun.password.hash(passwords[role] ?? '', { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 })
    planted.known(`hash of ${role}`, hash.split('$').at(-1) ?? '')
    hashes[role] = hash
  }
  scene = new SecretScene(planted, services, hashes)
  const { config, data, logs } = scene.home
  app = await openApp({ directories: { config, data, logs }, role: 'serve', now: () => Date.now() + ahead })
  url = (await app.runtime.start({ port: 0, schedule: false })).url ?? ''
  for (const role of ROLES) {
    const browser = new Browser(url)
    expect((await browser.signIn(role, passwords[role] ?? '')).status).toBe(303)
    planted.known(`session of ${role}`, browser.cookie(/^zwitness-\d+$/) ?? 'there is none')
    browsers[role] = browser
  }
  const made = await as('admin').json('POST', '/api/tokens', { name: 'ci', role: 'ADMIN' })
  const { token: text } = (await made.json()) as Body
  token = text
  planted.known('token', token.split('_').at(-1) ?? '')
  stream = new EventStream(`${url}/api/events`, { cookie: as('admin').cookies })
  ends.push(() => {
    process.env.LOG_LEVEL = level
    if (level === undefined) delete process.env.LOG_LEVEL
  })
})
afterAll(async () => {
  await stream?.close()
  await app?.close(5000)
  await services?.close()
  scene?.close()
  for (const end of ends) await end()
})

function as(role: (typeof ROLES)[number]): Browser {
  const browser = browsers[role]
  if (browser === undefined) throw new Error(`${role} has not signed in.`)
  return browser
}

/** Fails with the place and the words around it. */
function clean(where: string, text: string, options: { readonly database?: boolean } = {}): void {
  expect([where, planted.in(text, options)]).toEqual([where, []])
}

test('the search finds what is there: a planted word, a part of it, and each way of writing it', () => {
  const own = new Planted()
  const word = own.word('mine')
  const base64 = (before: string): string => Buffer.from(`${before}${word}:x`).toString('base64')
  const forms = [
    word,
    word.toUpperCase(),
    word.slice(0, 12),
    word.slice(12),
    `\\"${word}`,
    encodeURIComponent(`"${word}`),
  ]
  for (const text of [
    ...forms,
    base64(''),
    base64('1'),
    base64('12'),
    base64('me:'),
    Buffer.from(word).toString('hex'),
  ])
    expect([text, own.in(`before ${text} after`).length]).toEqual([text, 1])
  expect(own.in(word.slice(0, 8))).toEqual([])
})

test('every type of channel is there, and every service is told its secret', async () => {
  expect(scene.types.toSorted()).toEqual(KINDS.map(({ type }) => type).toSorted())
  const tried = await as('admin').json('POST', '/api/notifications/test', {})
  const text = await tried.text()
  const items = (JSON.parse(text) as Body).items as readonly { channel: string; ok: boolean; error: string }[]
  expect(items.length).toBe(scene.channels)
  expect(items.filter(({ ok }) => ok)).toEqual([])
  clean('the answer of the test', text)
  // Else nothing would be proved by what is not found.
  expect(services.heard()).toBe(SENT)
})

/** Some minutes have passed: what is due is written, and sent. */
async function later(): Promise<void> {
  ahead += 120_000
  await app.teller.tick()
  await app.teller.outbox.send()
}

test('what is told fails at every channel, and is said to fail, without its secret', async () => {
  for (let n = 0; n < 2; n++) {
    const answer = await as('operator').json('POST', '/api/run', {})
    const { id } = (await answer.json()) as Body
    await until('the check has ended', 60, async () => (await api(`/api/runs/${id}`)).finishedAt !== null)
    await later()
  }
  // What belongs to it may still come for a minute; then it is told.
  await later()
  await until('every switch was called', 60, async () =>
    (await api('/api/notifications')).deadman.every(({ error }: Body) => error !== null),
  )
  const { channels } = await api('/api/notifications')
  expect(channels.filter(({ failingSince }: Body) => failingSince === null)).toEqual([])
  // That they fail is an incident of the witness, which the channels are told in their turn.
  for (let n = 0; n < 3; n++) await later()
  expect((await api('/api/incidents?open=true')).items.map(({ kind }: Body) => kind)).toContain('witness')
  // ntfy and apprise are told in the body where it shall go; people read none of it.
  for (const body of services.bodies()) clean('a message', body.replaceAll(/"(topic|urls)":"[^"]*"/g, ''))
})

const api = async (path: string): Promise<Body> => (await as('admin').json('GET', path)).json()

test('requests that carry a secret to the wrong place are refused without it', async () => {
  const [name, password, bearer, query] = ['name', 'password', 'bearer', 'query'].map((what) =>
    planted.word(`typed ${what}`),
  )
  const stranger = new Browser(url)
  clean('wrong password', await (await stranger.signIn('admin', password ?? '')).text())
  await stranger.signIn(name ?? '', password ?? '')
  const wrong: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/api/users', { name: 'x', role: 'NONE', password }],
    ['POST', '/api/users', { name: 'x', role: 'VIEWER', password: [password] }],
    ['POST', '/api/users', { name: 'admin', role: 'VIEWER', password }],
    ['PATCH', '/api/users/admin', { password }],
    ['POST', '/api/users', { name: 'y', role: 'VIEWER', password: password?.slice(0, 3) }],
    ['POST', '/api/tokens', { name: 'ci', token }],
  ]
  for (const [method, path, body] of wrong) {
    const answer = await as('admin').json(method, path, body)
    expect([path, answer.status >= 400]).toEqual([path, true])
    clean(`${method} ${path}`, await answer.text())
  }
  const authorization = `Bearer zwt_0000000000_${bearer}`
  clean('bearer', await (await fetch(`${url}/api/status`, { headers: { authorization } })).text())
  for (const path of ['/api/status', '/setup', '/nowhere', '/api/nowhere'])
    clean(path, await (await stranger.get(`${path}?token=${query}`)).text())
  // A user that is kept: the hash of the password has to be in the database, and nowhere else.
  const made = await as('admin').json('POST', '/api/users', { name: 'vera', role: 'VIEWER', password })
  expect(made.status).toBe(201)
  const { passwordHash } = (await app.services.store.user('vera')) ?? { passwordHash: '' }
  planted.known('hash in the database', passwordHash.split('$').at(-1) ?? '', { inDatabase: true })
  clean('a new user', await made.text())
})

/** The parameters of routes and pages, as far as the scene has such a thing. */
async function addresses(): Promise<readonly string[]> {
  const { routes, pages } = app.runtime.tree
  const [incident] = (await api('/api/incidents')).items
  const [run] = (await api('/api/runs')).items
  const filled = (path: string): string => {
    const id = /runs\//.test(path)
      ? run.id
      : /incidents\//.test(path)
        ? incident.id
        : /users\//.test(path)
          ? 'vera'
          : ID
    return path.replace(/:id|:name/, path.includes('functions/') ? 'scan' : id)
  }
  const own = [...routes.filter(({ method }) => method === 'GET'), ...pages].map(({ path }) => filled(path))
  const more = ['tab=file', 'tab=hosts', 'tab=about'].map((query) => `/config?${query}`)
  // The stream is open all the time; the others need to know which.
  return [...own, ...more, '/api/can-destroy?snapshot=tank/data@s1', '/runs?kind=SCAN'].filter(
    (path) => path !== '/api/events',
  )
}

/** What a page brings with it: scripts and styles. */
const linked = (page: string): readonly string[] =>
  [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css|svg|webmanifest)[^"]*)"/g)].map(([, path]) => path ?? '')

async function look(browser: Browser, who: string, paths: readonly string[]): Promise<void> {
  const files = new Set<string>()
  for (const path of paths) {
    const answer = await browser.send(path, { headers: { accept: path.startsWith('/api') ? '*/*' : 'text/html' } })
    const text = readable(await answer.arrayBuffer())
    const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie').join('\n')
    clean(`${path} as ${who}`, `${headers}\n${text}`, { database: path === '/api/backup' })
    expect([path, answer.status === 500]).toEqual([path, false])
    for (const file of linked(text)) files.add(file)
  }
  for (const file of files) clean(file, await (await browser.get(file)).text())
}

test('no page, no answer of the API, no metric, no script shows one: to a viewer, an operator, an admin, a stranger', async () => {
  const paths = await addresses()
  for (const role of ROLES) await look(as(role), role, paths)
  await look(new Browser(url), 'a stranger', paths)
})

const typed = planted.word('typed into the file')

/** Mistakes that people make with a secret: what they do to the text of the file. */
const MISTAKES: Readonly<Record<string, (yaml: string) => string>> = {
  'a quote that is not closed': (yaml) => yaml.replace('"sig=', 'sig=').replace('"warn_for"', '"warn_for'),
  'a quote too many': (yaml) => yaml.replaceAll('"token":"', '"token":""'),
  'a misspelt key': (yaml) => yaml.replaceAll(/"(url|token|password|secret)":/g, '"$1s":'),
  'a key that is there twice': (yaml) => yaml.replaceAll(/("token":"[^"]*"),/g, '$1,$1,'),
  'a list in the place of a text': (yaml) => yaml.replaceAll(/"(url|token|password|secret)":("[^"]*")/g, '"$1":[$2]'),
  'a block in the place of a text': (yaml) => yaml.replaceAll(/"(url|token|password)":("[^"]*")/g, '"$1":{$2:1}'),
  'no address': (yaml) => yaml.replaceAll('"http://', '"ftp://'),
  'an address with a login': (yaml) => yaml.replaceAll('"http://', `"http://me:${typed}@`),
  'a key and its file': (yaml) => yaml.replaceAll('"token":', `"token_file":"/nowhere/t","token":`),
  'no token of a bot': (yaml) => yaml.replaceAll('"123456:', '"bot'),
  'no key of a signature': (yaml) => yaml.replaceAll(/"secret(?:_file)?":"[^"]*"/g, `"secret":"${typed}"`),
  'a password in place of its hash': (yaml) =>
    yaml.replaceAll(/"password_hash":"[^"]*"/g, `"password_hash":"${typed}"`),
  'a secret in place of its file': (yaml) =>
    yaml.replaceAll(/"(url|token|secret|password\w*)_file":"[^"]*"/g, `"$1_file":"${typed}"`),
  'a variable in the wrong key': (yaml) => yaml.replaceAll(/"(min_severity|name)":"[^"]*"/g, `"$1":"\${ZW_PLANTED_0}"`),
  'a lone $': (yaml) => yaml.replaceAll('"token":"', '"token":"$'),
  'a variable that is not there': (yaml) => yaml.replaceAll('"token":"', `"token":"\${NOT_THERE}`),
  'a comment': (yaml) => `${yaml}# it was ${typed}\nnonsense: 1\n`,
}
test.each(Object.keys(MISTAKES))('the file has %s: what is said of it has no secret', async (mistake) => {
  const text = MISTAKES[mistake]?.(scene.yaml) ?? ''
  expect(text).not.toBe(scene.yaml)
  scene.home.configure(text)
  try {
    const reloaded = await as('admin').json('POST', '/api/config/reload', {})
    expect([mistake, reloaded.status]).toEqual([mistake, 422])
    clean('the answer of the reload', await reloaded.text())
    for (const path of ['/', '/config', '/config?tab=file', '/api/config', '/api/status'])
      clean(path, await as('viewer').page(path))
    for (const line of [['config', 'check'], ['config', 'reload'], ['serve']]) await cli(line)
    await bundle(['--no-doctor'])
  } finally {
    scene.home.configure(scene.yaml)
  }
})

/** Runs a command against the service that is open here, and looks at all that it says. @returns the exit code */
async function cli(line: readonly string[]): Promise<number> {
  const { config, data } = scene.home
  const io = fakeIo({
    env: { ZWITNESS_URL: url, ZWITNESS_TOKEN: token, ZWITNESS_CONFIG_DIR: config, ZWITNESS_DATA_DIR: data },
  })
  const serve = async () => {
    await openApp({ directories: scene.home, role: 'serve' })
    return 0
  }
  const exit = await main(line, io, { loaders: { ...noLoaders, serve } })
  clean(`zwitness ${line.join(' ')}`, io.written.stdout + io.written.stderr)
  return exit
}

/** Those that run on, that overwrite files here, or that call other programs. */
const NOT_RUN = [
  'support-bundle',
  'serve',
  'demo',
  'backup',
  'restore',
  'keys init',
  'known-hosts scan',
  'known-hosts accept',
  'check',
  'run',
  'fn run',
]

test('no command says one, to a person or to a script', async () => {
  const exits = new Map<string, number>()
  for (const { name, operands } of COMMANDS) {
    if (NOT_RUN.includes(name)) continue
    const given = Array.from({ length: operands[0] }, () => ID)
    for (const how of ['--verbose', '--json'])
      exits.set(`${name} ${how}`, await cli([...name.split(' '), ...given, how]))
  }
  for (const line of ['config show', 'config check', 'notify list', 'doctor', 'status', 'incidents'])
    expect([line, exits.get(`${line} --json`)]).toEqual([line, expect.any(Number)])
  expect(exits.get('config show --json')).toBe(0)
})

test('what is written for others to read has none', async () => {
  for (const how of [[], ['--anonymous']]) {
    const text = await bundle(how)
    // It is the whole of it, with the faults that were logged.
    for (const words of ['config', 'could not be sent', 'did not take a ping']) expect(text).toContain(words)
  }
})

/** A support bundle, unpacked and looked at. */
async function bundle(options: readonly string[]): Promise<string> {
  const file = join(temporaryDirectory(), 'bundle.tar.gz')
  const exit = await cli(['support-bundle', file, ...options])
  expect([options, exit]).toEqual([options, 0])
  cleanFile(file)
  return readable(readFileSync(file))
}

test('whatever else may be asked for with a form or by a program answers without one', async () => {
  const { routes } = app.runtime.tree
  for (const { method, path } of routes.filter((each) => each.method !== 'GET')) {
    // A minute later, as there is a most of changes in one; the session is needed to the end.
    ahead += 1000
    if (path === '/logout') continue
    const address = path.replace(':id', path.includes('/runs/') ? '1' : ID).replace(':name', 'nobody')
    const answer = await as('admin').json(method, address, {})
    clean(`${method} ${path}`, readable(await answer.arrayBuffer()))
    expect([path, answer.status === 500]).toEqual([path, false])
  }
})

test('neither the stream, nor the log, nor the database, nor any other file has one', async () => {
  clean('the stream', JSON.stringify(stream.events))
  expect(stream.events.length).toBeGreaterThan(0)
  await stream.close()
  await app.close(5000)
  // Written, and not only read: that the channels fail stands in each.
  const log = written.join('')
  expect(log).toContain('could not be sent to slack-plain')
  clean('stdout and stderr', log)
  const { data, logs } = scene.home
  expect(readdirSync(logs)).toContain('zwitness.log')
  for (const directory of [data, logs])
    for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) cleanFile(join(directory, file))
})

function cleanFile(file: string): void {
  if (statSync(file).isFile()) clean(file, readable(readFileSync(file)), { database: /\.db(-wal)?$/.test(file) })
}

/** Byte by byte; what is packed is unpacked. */
function readable(content: ArrayBuffer | Buffer): string {
  const bytes = Buffer.from(content as ArrayBuffer)
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1')
}
