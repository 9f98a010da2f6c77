import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, disconnect, readValue } from '#lib/db/driver.ts'
import { openStore } from '#lib/db/open.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'

const HEADINGS = [
  '1. Project Overview',
  '2. Objectives',
  '3. Deployment Architecture',
  '4. Connectivity Model',
  '5. Configuration Structure',
  '6. Internal Data Model (SQLite)',
  '7. Workflow Logic',
  '7.1 Snapshot Discovery',
  '7.2 Last Common Snapshot Logic',
  '7.3 Status Classification',
  '7.4 Auto-Repair Behaviour',
  '8. Scheduler',
  '9. Web Interface',
  '10. API Endpoints',
  '11. Docker Container Layout',
  '12. Safety and Protection',
  '13. Deliverables',
]

const text = readFileSync('docs/specification.md', 'utf8')
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| it asks for') && !/^[| -]+$/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

/** What stands in backticks and is a file or folder of this project: it begins with one of its folders, or is a file of its root. */
const ROOT =
  /^(?:(?:bench|config|docs|functions|islands|lib|routes|tests)\/|Dockerfile$|README\.md$|compose\.yaml$|package\.json$)/
const pathsOf = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '').filter((word) => ROOT.test(word))

describe('docs/specification.md', () => {
  test('has every section of the specification, in its order, and rows below each', () => {
    const headings = [...text.matchAll(/^##+ (.*)$/gm)].map((match) => match[1] ?? '')
    expect(headings).toEqual(HEADINGS)
    for (const part of text.split(/^##+ /m).slice(1))
      if (!part.startsWith('7. ')) expect(part).toContain('\n| it asks for')
  })

  test('says for every sentence where it lives and what shows it', () => {
    expect(rows.length).toBeGreaterThan(60)
    for (const [, asked = '', place = '', shown = ''] of rows)
      expect([asked, place, shown].map((cell) => cell.length > 3 && asked)).toEqual([asked, asked, asked])
  })

  test('names only files and folders that are there', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map((match) => `docs/${match[1]}`)
    const named = [...new Set([...pathsOf(text), ...links])]
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })

  test('names only tests that are there: `path`: the words of the test', () => {
    const named = rows.flatMap(([, , , shown = '']) =>
      [...shown.matchAll(/`(tests\/[^`]+|lib\/[^`]+|config\/[^`]+)`: (.*?)(?=, `|$)/g)].map(
        ([, path = '', name = '']) => ({
          path,
          name,
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(50)
    const missing = named.filter(({ path, name }) => !existsSync(path) || !readFileSync(path, 'utf8').includes(name))
    expect(missing).toEqual([])
  })

  test('the endpoints of the specification are in the API', async () => {
    const { paths } = (await Bun.file('docs/openapi.json').json()) as { readonly paths: Record<string, object> }
    const asked = [...text.matchAll(/^\| `(GET|POST) (\/api\/[^`]+)`/gm)]
    expect(asked).toHaveLength(8)
    for (const [, method = '', path = ''] of asked) expect(paths[path]).toHaveProperty(method.toLowerCase())
  })

  test('the tables of the specification are in the database', async () => {
    const directory = temporaryDirectory()
    await (await openStore({ directory })).close()
    const database = connect(join(directory, 'zwitness.db'))
    try {
      const asked = [...text.matchAll(/^\| \*\*(\w+)\*\*: /gm)].map((match) => match[1] ?? '')
      expect(asked).toEqual(['san_host', 'san_pair', 'dataset', 'snapshot_state', 'run', 'action'])
      const count = (table: string) =>
        readValue(database, `SELECT count(*) FROM pragma_table_list WHERE name = '${table}'`)
      expect(asked.filter((table) => count(table) !== 1)).toEqual([])
    } finally {
      disconnect(database)
    }
  })
})
