import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/* Every relative link of every page leads to a file that is there, and to a heading that is in it. */

const FOLDERS = ['.devcontainer', 'bench', 'config', 'contrib', 'docs', 'lib', 'simulator', 'tests']
const pages = (): readonly string[] =>
  ['*.md', ...FOLDERS.map((folder) => `${folder}/**/*.md`)].flatMap((pattern) => [
    ...new Bun.Glob(pattern).scanSync({ cwd: '.', dot: true }),
  ])

/** Where code is shown, brackets are code. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')

/** As GitHub makes an address of a heading. */
const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const headings = (text: string): ReadonlySet<string> =>
  new Set([...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slug(title)))

interface Link {
  readonly page: string
  readonly to: string
}

function linksOf(page: string, text: string): readonly Link[] {
  return [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, to = '']) => ({ page, to }))
    .filter(({ to }) => !/^[a-z][a-z0-9+.-]*:/.test(to))
}

function isWrong({ page, to }: Link, read: (path: string) => string | null): boolean {
  const [path = '', heading] = to.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  const text = read(target)
  if (text === null) return true
  return heading !== undefined && heading !== '' && target.endsWith('.md') && !headings(text).has(heading)
}

const fromDisk = (path: string): string | null => {
  if (!existsSync(path)) return null
  return path.endsWith('.md') ? readFileSync(path, 'utf8') : ''
}

describe('the links of the pages', () => {
  test('each leads somewhere', () => {
    const links = pages().flatMap((page) => linksOf(page, readFileSync(page, 'utf8')))
    expect(links.length).toBeGreaterThan(150)
    expect(links.filter((link) => isWrong(link, fromDisk))).toEqual([])
  })

  test('one that leads nowhere is found', () => {
    const there: Readonly<Record<string, string>> = { 'docs/a.md': '# One, two\n', 'docs/b.md': '' }
    const read = (path: string): string | null => there[path] ?? null
    const text = '[a](a.md) [b](a.md#one-two) `[c](c.md)` [d](a.md#three) [e](../a.md) [f](https://a.example/x.md)'
    const wrong = linksOf('docs/b.md', text).filter((link) => isWrong(link, read))
    expect(wrong.map(({ to }) => to)).toEqual(['a.md#three', '../a.md'])
  })
})
