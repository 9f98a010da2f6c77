import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

const text = (path: string): string => readFileSync(path, 'utf8')

test('LICENSE is the whole text of the licence that package.json names', () => {
  expect(JSON.parse(text('package.json')).license).toBe('Apache-2.0')
  // As the Apache Software Foundation publishes it.
  const digest = new Bun.CryptoHasher('sha256').update(text('LICENSE')).digest('hex')
  expect(digest).toBe('cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30')
})

test('the licence, the notice and the list of licences go into the image', () => {
  const copied = [...text('Dockerfile').matchAll(/^COPY (?!--)(.*) \S+$/gm)].flatMap(([, from = '']) => from.split(' '))
  const admitted = text('.dockerignore').split('\n')
  for (const path of ['LICENSE', 'NOTICE', 'docs/licences.md']) {
    expect(copied).toContain(path)
    expect(admitted).toContain(`!${path}`)
  }
})

test('CHANGELOG.md has the form that it says: versions newest first, the one of package.json among them', () => {
  const titles = [...text('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, title = '']) => title)
  expect(titles[0]).toBe('[Unreleased]')
  const versions = titles.slice(1).map((title) => /^\[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$/.exec(title)?.[1] ?? title)
  expect(versions).toContain(JSON.parse(text('package.json')).version)
  expect(versions).toEqual(versions.toSorted((a, b) => -Bun.semver.order(a, b)))
})

test('the devcontainer makes ready what `npm test` needs, on the Node.js of the image', async () => {
  const { image, postCreateCommand, remoteUser } = await Bun.file('.devcontainer/devcontainer.json').json()
  // What installs Debian packages is root, there and on any machine.
  expect(remoteUser).toBe('root')
  expect(text('Dockerfile')).toContain(`ARG NODE_IMAGE=${image}-slim@sha256:`)
  expect(text('tests/run')).toContain(`\n${postCreateCommand}\n`)
})

test('a page for each tool that people come from: a minute to read, and whether it was tried', () => {
  const pages = [...new Bun.Glob('docs/coming-from/*.md').scanSync('.')].toSorted()
  expect(pages.map((path) => path.replace(/^.*\/|\.md$/g, ''))).toEqual([
    'bzfs',
    'syncoid',
    'truenas',
    'znapzend',
    'zrepl',
  ])
  for (const path of pages) {
    const page = text(path)
    expect(text('README.md')).toContain(`](${path})`)
    for (const part of ['**What stays.**', '**What `discover` finds.**', '**Side by side.**'])
      expect(page).toContain(part)
    expect(page.split(/\s+/).length).toBeLessThan(450)
    const tried = /^Tried with .*: `(tests\/.*)`\.$/m.exec(page)?.[1]
    expect(tried === undefined ? page.includes('not tried with a running') : existsSync(tried)).toBe(true)
  }
})
