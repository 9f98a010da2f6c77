// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the Dockerfile's own syntax
import { expect, test } from 'bun:test'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'

/* What is built from: every package by its checksum and its licence, every base image by its digest. */
const ROOT = join(import.meta.dir, '..', '..')
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
}
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(text('package-lock.json'))
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

test('each package of the lock file has its checksum, and comes from the public registry', () => {
  expect(packages.length).toBeGreaterThan(40)
  const unsure = packages.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
  expect(unsure.map(([path]) => path)).toEqual([])
  // Where nothing is said, it is npm's own (.npmrc: omit-lockfile-registry-resolved).
  const elsewhere = packages.filter(
    ([, { resolved }]) => !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
  )
  expect(elsewhere.map(([path]) => path)).toEqual([])
  expect(text('.npmrc')).not.toMatch(/^\s*(@[^=]+:)?registry\s*=/m)
})

test('each dependency is named by one version', () => {
  const { dependencies, devDependencies } = JSON.parse(text('package.json'))
  const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  )
  expect(loose).toEqual([])
})

/** Licences of which nothing but their text has to go with the product. */
const LICENCES = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'MIT-0',
  'Unlicense',
]

test('docs/licences.md lists what is shipped (UPDATE=1 writes it)', async () => {
  const shipped = packages.filter(([, { dev }]) => dev !== true)
  expect(shipped.filter(([, { license }]) => !LICENCES.includes(license ?? '')).map(([path]) => path)).toEqual([])
  // One binary of Bun is shipped; the lock file has one for each platform.
  const rows = shipped
    .map(([path, { version, license }]) => ({ name: path.replace(/^.*node_modules\//, ''), version, license }))
    .filter(({ name }) => !name.startsWith('@oven/'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const cells = [
    ['package', 'version', 'licence'],
    ...rows.map(({ name, version, license }) => [name, version ?? '', license ?? '']),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const table = [
    line(cells[0] ?? []),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.slice(1).map(line),
  ].join('\n')
  const file = join(ROOT, 'docs', 'licences.md')
  const before = await Bun.file(file).text()
  const after = before.replace(/\| package [\s\S]*\|\n/, () => `${table}\n`)
  if (process.env.UPDATE === '1') await Bun.write(file, after)
  else expect(before).toBe(after)
  expect(after).toContain(`| ${rows[0]?.name} `)
})

test('the bill of materials has every package that is shipped, with its checksum', async () => {
  const made = Bun.spawn([join(ROOT, 'lib/setup/sbom')], { stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(made.stdout).text(), new Response(made.stderr).text()])
  expect([await made.exited, err]).toEqual([0, ''])
  const { bomFormat, metadata, components } = JSON.parse(out)
  expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'zwitness'])
  const shipped = packages.filter(([, { dev }]) => dev !== true)
  const hex = (integrity = '') => Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  const wanted = shipped.map(([path, { version, integrity }]) => [
    path.replace(/^.*node_modules\//, ''),
    version,
    hex(integrity),
  ])
  const found = components.map((each: { name: string; version: string; hashes: { content: string }[] }) => [
    each.name,
    each.version,
    each.hashes[0]?.content,
  ])
  expect(found.toSorted()).toEqual(wanted.toSorted())
})

const images = [...text('Dockerfile').matchAll(/^ARG [A-Z]+_IMAGE=(\S+)$/gm)].map(([, image = '']) => image)

test('the base images are named by tag and digest, and nothing else is built upon', () => {
  expect(images).toHaveLength(2)
  for (const image of images) expect(image).toMatch(/^[a-z]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}$/)
  expect([...text('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)).toEqual([
    '${NODE_IMAGE}',
    '${BASE_IMAGE}',
  ])
})

/** A registry with this text for every tag, and `said` for its digest. */
function registry(body: string, said: (digest: string) => string = (digest) => digest) {
  const digest = `sha256:${new Bun.CryptoHasher('sha256').update(body).digest('hex')}`
  const asked: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      asked.push(`${pathname}${search}`)
      if (pathname === '/token') return Response.json({ token: 'a-token' })
      if (request.headers.get('authorization') !== 'Bearer a-token') return new Response(null, { status: 401 })
      return new Response(body, { headers: { 'Docker-Content-Digest': said(digest) } })
    },
  })
  return { digest, asked, url: server.url.href.replace(/\/$/, ''), stop: () => server.stop(true) }
}

async function renew(served: ReturnType<typeof registry>, file: string, ...words: readonly string[]) {
  const env = { ...process.env, DOCKERFILE: file, REGISTRY: served.url, REGISTRY_TOKENS: `${served.url}/token?a=b` }
  const child = Bun.spawn([join(ROOT, 'lib/setup/base-images'), ...words], { env, stdout: 'pipe', stderr: 'pipe' })
  const [err, code] = [await new Response(child.stderr).text(), await child.exited]
  return { code, err, text: readFileSync(file, 'utf8') }
}

test('they are renewed from the registry, whose answer must have the digest that it says', async () => {
  const file = join(temporaryDirectory(), 'Dockerfile')
  copyFileSync(join(ROOT, 'Dockerfile'), file)
  const before = readFileSync(file, 'utf8')
  const liar = registry('{"manifests":[]}', () => `sha256:${'0'.repeat(64)}`)
  const single = registry('{"layers":[]}')
  const honest = registry('{"manifests":[]}')
  try {
    for (const [served, words] of [
      [liar, 'is said to be'],
      [single, 'no index of several platforms'],
    ] as const) {
      const refused = await renew(served, file)
      expect([refused.code, refused.text]).toEqual([3, before])
      expect(refused.err).toContain(words)
    }
    expect(await renew(honest, file, '--check')).toMatchObject({ code: 1, text: before })
    const renewed = await renew(honest, file)
    expect(renewed.code).toBe(0)
    expect(renewed.text).toBe(before.replace(/@sha256:[0-9a-f]{64}/g, `@${honest.digest}`))
    expect(honest.asked).toContain('/v2/library/debian/manifests/bookworm-slim')
    expect(honest.asked).toContain('/v2/library/node/manifests/22-bookworm-slim')
    expect(await renew(honest, file, '--check')).toMatchObject({ code: 0, text: renewed.text })
  } finally {
    for (const served of [liar, single, honest]) served.stop()
  }
  expect(await renew(honest, file)).toMatchObject({ code: 3 })
})
