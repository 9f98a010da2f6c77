import { describe, expect, test } from 'bun:test'
import { type Files, wrongArrows } from './boundaries/arrows.ts'
import { importsOf } from './boundaries/imports.ts'
import { wrongText } from './boundaries/text.ts'

/** Source files of the whole project, by their path. */
async function read(pattern: string): Promise<Files> {
  const files = new Map<string, string>()
  for await (const path of new Bun.Glob(pattern).scan('.')) files.set(path, await Bun.file(path).text())
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('the project', () => {
  test('every import points the way that ARCHITECTURE allows', async () => {
    const files = await read('{functions,routes,islands,lib,config,simulator}/**/*.{ts,tsx}')
    expect(files.size).toBeGreaterThan(300)
    expect(wrongArrows(files)).toEqual([])
  })

  test('no file is too long, and none holds a path of the machine it was written on', async () => {
    const sources = await read('{functions,routes,islands,lib,config,simulator,tests,bench}/**/*.{ts,tsx}')
    const texts = await read(
      '{*.md,*.json,*.toml,*.yaml,Dockerfile,docs/**/*.md,config/*.yaml,lib/setup/*,tests/**/run,.ci/run}',
    )
    expect(wrongText(new Map([...sources, ...texts]))).toEqual([])
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
      "import { readTextFile } from '#lib/host/read-file.ts'",
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
  expect(wrongText(files)).toEqual([
    'lib/long.ts: 401 lines; one chapter a file, at most 400',
    `docs/x.md:1: "${['/wo', 'rk/'].join('')}": a path of one machine`,
  ])
})
