import { describe, expect, test } from 'bun:test'
import { wrongArrows } from './boundaries/arrows.ts'
import { type Rule, wrongChapters } from './boundaries/chapters.ts'
import { readFiles } from './boundaries/graph.ts'
import { importsOf } from './boundaries/imports.ts'
import { LIST_IS_EXACT, notOnTheList, STILL_TO_DO } from './boundaries/still-to-do.ts'
import { wrongText } from './boundaries/text.ts'

const SOURCES = '{functions,routes,islands,lib,config,simulator,tests,bench}/**/*.{ts,tsx}'

describe('the project', () => {
  test('every import points the way that ARCHITECTURE allows', async () => {
    const files = await readFiles('{functions,routes,islands,lib,config,simulator}/**/*.{ts,tsx}')
    expect(files.size).toBeGreaterThan(300)
    expect(wrongArrows(files)).toEqual([])
  })

  test('no file is too long, and none holds a path of the machine it was written on', async () => {
    const sources = await readFiles(SOURCES)
    const texts = await readFiles(
      '{*.md,*.json,*.toml,*.yaml,Dockerfile,NOTICE,docs/**/*.md,config/*.yaml,contrib/**/*,lib/setup/*,tests/**/run,.ci/run}',
    )
    expect(wrongText(new Map([...sources, ...texts]))).toEqual([])
    const problems = wrongChapters(sources)
    const tooLong = problems.filter(({ rule }) => rule === 'long')
    expect(notOnTheList(tooLong, { long: STILL_TO_DO.long ?? [] }, LIST_IS_EXACT)).toEqual([])
  })

  test('a file is a chapter: no circles, no twins, no name that says nothing, no export that nobody imports', async () => {
    const problems = wrongChapters(await readFiles(SOURCES))
    expect(notOnTheList(problems, STILL_TO_DO, LIST_IS_EXACT)).toEqual([])
  })
})

describe('a wrong arrow is found', () => {
  const cases: readonly [what: string, path: string, source: string, says: RegExp][] = [
    [
      'an upward arrow',
      'lib/zfs/x.ts',
      "import { openStore } from '#lib/db/open.ts'",
      /lib\/zfs may not import from lib\/db/,
    ],
    [
      'through a dynamic import',
      'lib/zfs/x.ts',
      "const x = await import('#lib/db/open.ts')",
      /lib\/zfs may not import/,
    ],
    [
      'through a re-export',
      'lib/view/x.ts',
      "export { compare } from '#lib/replication/compare.ts'",
      /lib\/view may not/,
    ],
    [
      'of types alone',
      'lib/zfs/x.ts',
      "import type { Store } from '#lib/db/types.ts'",
      /lib\/zfs may not import from lib\/db/,
    ],
    [
      'in the type of a parameter',
      'lib/zfs/x.ts',
      "const f = (s: import('#lib/db/types.ts').Store) => s",
      /lib\/zfs may not/,
    ],
    [
      'values where types are allowed',
      'lib/engine/x.ts',
      "import { openStore } from '#lib/db/open.ts'",
      /only types from lib\/db/,
    ],
    [
      'mixed with a type',
      'lib/engine/x.ts',
      "import { type Store, openStore } from '#lib/db/x.ts'",
      /only types from lib\/db/,
    ],
    ['over several lines', 'lib/zfs/x.ts', "import {\n  a,\n  b,\n} from '#lib/db/x.ts'", /^lib\/zfs\/x.ts:1: /],
    [
      'by a relative way round',
      'lib/zfs/x.ts',
      "import { a } from '../db/x.ts'",
      /leaves the room lib\/zfs: write #lib\/db\/x.ts/,
    ],
    [
      'of a library in a foreign room',
      'lib/ssh/x.ts',
      "import { execa } from 'execa'",
      /lib\/ssh may not import execa/,
    ],
    ['of the database', 'routes/x.ts', "import { Database } from 'bun:sqlite'", /routes may not import bun:sqlite/],
    ['of a side effect', 'lib/runtime/x.ts', "import '#lib/app/app.ts'", /lib\/runtime may not import from lib/],
    ['of a test', 'lib/ssh/x.ts', "import { a } from '#tests/ssh/fixture.ts'", /there for tests only/],
    [
      'of files past lib/host, though the room may use node:',
      'lib/db/x.ts',
      "import { statSync } from 'node:fs'",
      /only lib\/host may import node:fs/,
    ],
    [
      'to the environment past lib/host',
      'lib/demo/x.ts',
      'const home = process.env.HOME',
      /^lib\/demo\/x.ts:1: process.env is read and set by/,
    ],
    ['from a room nobody has thought about', 'lib/new/x.ts', '', /there is no room "lib\/new"/],
  ]
  test.each(cases)('%s', (_what, path, source, says) => {
    const problems = wrongArrows(new Map([[path, `${source}\n`]]))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(says)
  })

  test('rooms that import each other in a circle', () => {
    const files = new Map([
      ['lib/san/x.ts', "import type { Ssh } from '#lib/ssh/types.ts'\n"],
      ['lib/ssh/x.ts', "import type { San } from '#lib/san/types.ts'\n"],
    ])
    expect(wrongArrows(files).at(-1)).toBe('the rooms lib/san → lib/ssh → … import each other in a circle')
  })

  test('what is allowed is not complained about', () => {
    const source = [
      "import { execa } from 'execa'",
      "// import { Database } from 'bun:sqlite'",
      "/* import { Hono } from 'hono' */",
      "import { readTextFile } from '#lib/host/files.ts'",
      "const note = 'see https://example.org/import'",
      "import { other } from './other.ts'",
    ].join('\n')
    expect(wrongArrows(new Map([['lib/process/x.ts', source]]))).toEqual([])
  })
})

test('an import is found on its line, whatever stands around it', () => {
  const source =
    "// a comment's apostrophe\nimport a from 'a'\nimport type { B } from 'b'\nexport * from 'c'\nimport { type D } from 'd'\n"
  expect(importsOf(source)).toEqual([
    { specifier: 'a', typeOnly: false, line: 2 },
    { specifier: 'b', typeOnly: true, line: 3 },
    { specifier: 'c', typeOnly: false, line: 4 },
    { specifier: 'd', typeOnly: true, line: 5 },
  ])
})

test('a long file and a path of one machine are found', () => {
  const files = new Map([
    ['lib/long.ts', 'x\n'.repeat(401)],
    ['docs/x.md', `see ${['/wo', 'rk/somewhere'].join('')}\n`],
  ])
  expect(wrongText(files)).toEqual([`docs/x.md:1: "${['/wo', 'rk/'].join('')}": a path of one machine`])
  expect(wrongChapters(files)).toEqual([
    { rule: 'long', where: 'lib/long.ts', says: '401 lines; one chapter a file, at most 400' },
  ])
})

describe('what is not a chapter is found', () => {
  const wrongIn = (files: Readonly<Record<string, string>>): readonly (readonly [Rule, string])[] =>
    wrongChapters(new Map(Object.entries(files))).map(({ rule, where }) => [rule, where])
  const used = (...paths: readonly string[]): string => paths.map((path) => `export * from '#${path}'\n`).join('')

  test('files that import each other in a circle, types included', () => {
    const files = {
      'lib/zfs/a.ts': "import { b } from './b.ts'\nexport const a = b\n",
      'lib/zfs/b.ts': "import type { C } from './c.ts'\nexport const b: C = 1\n",
      'lib/zfs/c.ts': "import { a } from './a.ts'\nexport type C = typeof a\n",
      'lib/zfs/d.ts': "import { a } from './a.ts'\na()\n",
    }
    expect(wrongIn(files)).toEqual([
      ['circle', 'lib/zfs/a.ts'],
      ['circle', 'lib/zfs/b.ts'],
      ['circle', 'lib/zfs/c.ts'],
    ])
  })

  test('two of which each is imported only by the other', () => {
    const files = {
      'lib/zfs/a.ts': "import { b } from './b.ts'\nexport const a = b\n",
      'lib/zfs/b.ts': "import { a } from './a.ts'\nexport const b = a\n",
    }
    expect(wrongIn(files).at(-1)).toEqual(['only each other', 'lib/zfs/a.ts lib/zfs/b.ts'])
    expect(wrongIn({ ...files, 'lib/zfs/c.ts': "import { b } from './b.ts'\nb()\n" }).map(([rule]) => rule)).toEqual([
      'circle',
      'circle',
    ])
  })

  const names: readonly [what: string, paths: readonly string[], found: readonly [Rule, string] | null][] = [
    ['files that differ by an s', ['lib/x/run.ts', 'lib/x/runs.tsx'], ['twins', 'lib/x/run.ts lib/x/runs.tsx']],
    ['folders that differ by an s', ['lib/x/run/a.ts', 'lib/x/runs/b.ts'], ['twins', 'lib/x/run/ lib/x/runs/']],
    ['in two folders', ['lib/x/run.ts', 'lib/y/runs.ts'], null],
    ['a test beside its file', ['lib/x/run.ts', 'lib/x/run.test.ts', 'lib/x/run.fixture.ts'], null],
    ['a folder and a file', ['lib/x/judge.ts', 'lib/x/judge/lag.ts'], ['folder and file', 'lib/x/judge.ts']],
    ['addresses', ['routes/x.ts', 'routes/x/y.ts', 'routes/xs.ts'], null],
    ['utils', ['lib/x/utils.ts'], ['says nothing', 'lib/x/utils.ts']],
    ['helpers, also of tests', ['tests/helpers/a.ts'], ['says nothing', 'tests/helpers']],
  ]
  test.each(names)('names: %s', (_what, paths, found) => {
    expect(wrongIn(Object.fromEntries(paths.map((path) => [path, ''])))).toEqual(found === null ? [] : [found])
  })

  const dead = 'lib/zfs/a.ts'
  const exports: readonly [source: string, name: string | null, importer: string][] = [
    ['export const a = 1', 'a', ''],
    ['export function f(): void {}', 'f', ''],
    ['export interface I {}', 'I', "import { J } from './a.ts'"],
    ['export type T = 1', 'T', "// import { T } from './a.ts'"],
    ['const a = 1\nexport { a as b }', 'b', "import { a } from './a.ts'"],
    ['export default 1', 'default', ''],
    ['export const { a, b: [c] } = x', 'c', "import { a } from './a.ts'"],
    ['export const a = 1', null, "import { a as b } from '#lib/zfs/a.ts'"],
    ['export const a = 1', null, "import * as all from './a.ts'"],
    ['export const a = 1', null, "export { a } from '../lib/zfs/a.ts'\n"],
    ['export const a = 1', null, "const { a } = await import('#lib/zfs/a.ts')"],
    ['export const a = 1', 'a', "const { b } = await import('#lib/zfs/a.ts')"],
    ['export const a = 1', null, "const b = (await import('#lib/zfs/a.ts')).a"],
    ['export const a = 1', null, "const all = import('#lib/zfs/a.ts')"],
    ['export type T = 1', null, "const f = (t: import('#lib/zfs/a.ts').T) => t"],
    ['export default 1', null, "import a from '#lib/zfs/a.ts'"],
  ]
  test.each(exports)('exports: %s: %s, where it says: %s', (source, name, importer) => {
    const found = wrongIn({ [dead]: source, 'tests/x.test.ts': importer.replaceAll('./a.ts', '#lib/zfs/a.ts') })
    expect(found).toEqual(name === null ? [] : [['dead export', `${dead}#${name}`]])
  })

  test('a handler is found by its place, and what else it exports is not', () => {
    const source = 'export default 1\nexport const GET = 1\nexport const get = 1\n'
    expect(wrongIn({ 'routes/x.ts': source })).toEqual([['dead export', 'routes/x.ts#get']])
    expect(wrongIn({ 'functions/x.ts': source, 'tests/x.ts': used('functions/x.ts') })).toEqual([])
  })

  test('the list of what is still to do: what is not on it fails, and what is right by now has to go', () => {
    const problems = wrongChapters(new Map([['lib/x/utils.ts', '']]))
    expect(notOnTheList(problems, {}, true)).toEqual([
      'lib/x/utils.ts: "utils" does not say what is in it (says nothing)',
    ])
    const list = { 'says nothing': ['lib/x/utils.ts', 'lib/y/utils.ts'] }
    expect(notOnTheList(problems, list, false)).toEqual([])
    expect(notOnTheList(problems, { 'says nothing': ['lib/z/utils.ts'] }, false)).toEqual([])
    expect(notOnTheList(problems, { 'says nothing': ['lib/z/util.ts'] }, false)).toHaveLength(1)
    expect(notOnTheList(problems, list, true)).toEqual([
      'lib/y/utils.ts is right by now: take it off tests/boundaries/still-to-do.json',
    ])
  })
})
