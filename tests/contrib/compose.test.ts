import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadConfig } from '#config/load.ts'

/* The compose samples: by the schema of those who made the format, and by what each says of itself. */
const text = (path: string): string => readFileSync(path, 'utf8')
const SAMPLES = [...new Bun.Glob('contrib/compose/*.yaml').scanSync('.')].filter(
  (path) => !path.endsWith('-routes.yaml'),
)
const OURS = 'compose.yaml'
const FILES = [OURS, ...SAMPLES.toSorted()]
const schema = z.fromJSONSchema(await Bun.file('tests/contrib/compose-spec.json').json())
const services = (path: string): Record<string, any> => parse(text(path)).services

/** Every string of a value, keys left out. */
function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

/** What a file tells its reader to write into the configuration: the lines below that heading, without their mark. */
function configured(path: string): Record<string, unknown> | null {
  const lines = /^# In config\/app-config\.yaml:\n((?:# {3}.*\n)+)/m.exec(text(path))?.[1]
  return lines === undefined ? null : parse(lines.replace(/^# {3}/gm, ''))
}

test('there are the samples that docs/install.md lists', () => {
  const listed = [...text('docs/install.md').matchAll(/`(contrib\/compose\/[\w-]+\.yaml)`/g)].map(
    ([, path = '']) => path,
  )
  expect(SAMPLES.length).toBeGreaterThanOrEqual(4)
  expect(listed.toSorted()).toEqual(SAMPLES.toSorted())
})

describe.each(FILES)('%s', (path) => {
  test('is a compose file', () => {
    expect(schema.safeParse(parse(text(path))).error?.issues ?? []).toEqual([])
  })

  test('hardens the witness as compose.yaml does, and gives it the same volumes and time to end', () => {
    const { build, restart, volumes, read_only, tmpfs, cap_drop, security_opt, stop_grace_period, logging } =
      services(OURS).zwitness
    const same = { build, restart, volumes, read_only, tmpfs, cap_drop, security_opt, stop_grace_period, logging }
    expect(services(path).zwitness).toMatchObject(same)
  })

  test('publishes the witness to this machine or not at all; every other service may gain no rights', () => {
    for (const [name, service] of Object.entries(services(path))) {
      if (name === 'zwitness') {
        for (const port of service.ports ?? []) expect(port).toStartWith('127.0.0.1:')
      } else expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']])
    }
  })

  test('says of each variable what it is, and of no other', () => {
    const used = strings(parse(text(path))).flatMap((each) =>
      [...each.matchAll(/(?<!\$)\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
    )
    const said = [...text(path).matchAll(/^# {3}([A-Z][A-Z_]+) {3,}\S/gm)].map(([, name = '']) => name)
    expect(said.toSorted()).toEqual([...new Set(used)].toSorted())
  })

  test('mounts files of this repository that are there', () => {
    const mounted = Object.values(services(path)).flatMap(({ volumes = [] }) =>
      volumes.filter((each: string) => each.startsWith('./contrib/')).map((each: string) => each.split(':')[0]),
    )
    expect(mounted.filter((each) => !existsSync(each))).toEqual([])
  })

  test('names volumes, networks and secrets that it declares', () => {
    const { volumes = {}, networks = {}, secrets = {} } = parse(text(path))
    for (const service of Object.values(services(path))) {
      const named = (service.volumes ?? [])
        .map((each: string) => each.split(':')[0])
        .filter((each: string) => /^\w/.test(each))
      const joined = Array.isArray(service.networks) ? service.networks : Object.keys(service.networks ?? {})
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named))
      expect(Object.keys(networks)).toEqual(expect.arrayContaining(joined))
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining(service.secrets ?? []))
    }
  })

  test('what it tells to write into the configuration is understood', () => {
    const told = configured(path)
    if (path !== OURS && !path.endsWith('limits.yaml')) expect(told).not.toBeNull()
    const loaded = loadConfig({
      text: JSON.stringify({ ...parse(text('config/app-config.yaml')), ...told, pairs: [] }),
      file: 'app-config.yaml',
      env: {},
      readFile: () => '$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
      now: 0,
    })
    expect(loaded.faults ?? []).toEqual([])
  })
})

describe.each(['caddy', 'traefik'])('behind %s', (proxy) => {
  const path = `contrib/compose/${proxy}.yaml`

  test('the witness believes the address that this proxy has, and nobody else reaches it', () => {
    const { zwitness, [proxy]: before } = services(path)
    const { server } = configured(path) as { readonly server: { readonly trusted_proxies: unknown } }
    expect(server.trusted_proxies).toEqual([before.networks.front.ipv4_address])
    expect(zwitness.ports).toBeUndefined()
    expect(parse(text(path)).networks.front.internal).toBe(true)
  })
})

test('Traefik takes names from whoever signs people in alone', () => {
  const { http } = parse(text('contrib/compose/traefik-routes.yaml'))
  const HEADERS = ['Remote-User', 'Remote-Groups']
  expect(http.routers.zwitness.middlewares).toEqual(['nobody', 'authelia'])
  expect(http.middlewares.authelia.forwardAuth.authResponseHeaders).toEqual(HEADERS)
  expect(http.middlewares.nobody.headers.customRequestHeaders).toEqual(
    Object.fromEntries(HEADERS.map((name) => [name, ''])),
  )
  const { config } = loadConfig({
    text: JSON.stringify({ san_hosts: {}, pairs: [], ...configured('contrib/compose/traefik.yaml') }),
    file: 'app-config.yaml',
    env: {},
    readFile: () => '',
    now: 0,
  })
  expect(config?.auth).toMatchObject({
    mode: 'proxy',
    proxy: { userHeader: 'remote-user', groupsHeader: 'remote-groups' },
  })
})

test.each([
  ['a key that there is not', { readonly: true }],
  ['a list that is none', { cap_drop: 'ALL' }],
  ['a port that is none', { ports: [{ published: [] }] }],
])('%s is found', (_title, wrong) => {
  const file = parse(text(OURS))
  expect(schema.safeParse({ ...file, services: { zwitness: { ...file.services.zwitness, ...wrong } } }).success).toBe(
    false,
  )
})
