import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTree } from './load.ts'
import { LoadError } from './tree.ts'

const fixtures = join(import.meta.dir, 'fixtures')
const folders = (name: string) => ({
  functions: join(fixtures, name, 'functions'),
  routes: join(fixtures, name, 'routes'),
  islands: join(fixtures, name, 'islands'),
})

async function loadFault(...args: Parameters<typeof loadTree>): Promise<string> {
  const error = await loadTree(...args).then(
    () => new Error('the tree was taken as good'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LoadError)
  return error instanceof Error ? error.message : ''
}

test('a bad tree: every fault of every file, in one error', async () => {
  const message = await loadFault(folders('bad'), { config: { cron: 'never', timezone: 'UTC' } })
  expect(message).toMatchInlineSnapshot(`
    "The handler folders have 15 problem(s):
      - functions/Bad_Name.ts: a function's file name must be kebab-case, directly in functions/
      - functions/boom.ts: cannot be imported: boom at import
      - functions/config-cron.ts: schedule "never": CronPattern: invalid configuration format ('never'), exactly five, six, or seven space separated parts are required.
      - functions/cron.ts: schedule "61 * * * *": CronPattern: Invalid value for minute: 61
      - functions/cron.ts: a scheduled function must accept an empty input; give every field a default
      - functions/no-default.ts: must \`export default defineFunction({ … })\`
      - functions/zone.ts: time zone "Europe/Wien" is not known; write an IANA name such as Europe/Vienna
      - routes/Wrong.ts: "Wrong" must be kebab-case, [parameter] or [...rest]
      - routes/api/[id]/index.ts: \`GET\` has no input field for [id]
      - routes/api/[id]/index.ts: export \`get\` is neither a page (default) nor a GET/POST/PUT/PATCH/DELETE route
      - routes/api/[name].ts: GET /api/:name is already served by routes/api/[id]/index.ts
      - routes/both.tsx: has both a page (default) and \`GET\`; a path answers GET with one of them
      - routes/empty.ts: exports nothing; a page is \`export default definePage(…)\`, a route \`export const GET = defineRoute(…)\`
      - islands/none.tsx: must export its component as default
      - routes/both.tsx: schema id "Twice" is already another schema's in routes/api/[name].ts"
  `)
})

test('a syntax error is named, and nothing else is said about that file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-load-'))
  try {
    writeFileSync(join(folder, 'syntax.ts'), 'export default = 1\n')
    const message = await loadFault({ functions: folder })
    expect(message).toBe(
      'The handler folders have 1 problem(s):\n  - functions/syntax.ts: cannot be imported: Unexpected =',
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a missing folder is an error, not an empty tree', async () => {
  await expect(loadTree({ functions: join(fixtures, 'nowhere') })).rejects.toThrow('does not exist')
})

test('the good tree: fixed before parameter before catch-all, private files left out', async () => {
  const tree = await loadTree(folders('good'), { config: { cron: '* * * * *', timezone: 'UTC' } })
  expect(tree.functions.map(({ name }) => name)).toEqual(['add', 'boom', 'liar', 'parallel', 'slow', 'stubborn'])
  expect(tree.routes.map(({ method, path }) => `${method} ${path}`)).toMatchInlineSnapshot(`
    [
      "GET /api/boom",
      "POST /api/boom",
      "GET /api/cookies",
      "GET /api/events",
      "GET /api/files/:path{.+}",
      "GET /api/things",
      "POST /api/things",
      "GET /api/things/fixed",
      "DELETE /api/things/:id",
      "GET /api/things/:id",
      "PATCH /api/things/:id",
      "GET /api/wait",
      "GET /api/whoami",
      "POST /form",
      "GET /healthz",
    ]
  `)
  expect(tree.pages.map(({ path }) => path)).toEqual(['/', '/form', '/plain'])
  expect(tree.islands.map(({ name }) => name)).toEqual(['counter'])
})
