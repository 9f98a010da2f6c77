import { beforeAll, describe, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { openApiInfo } from '#lib/api/about.ts'
import { loadTree } from '#lib/runtime/load.ts'
import { openApiDocument } from '#lib/runtime/openapi.ts'
import packageJson from '../../package.json'
import { FOLDERS } from './fake-services.ts'

const FILE = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url))

let text = ''
let document: Json
beforeAll(async () => {
  const tree = await loadTree(FOLDERS)
  document = openApiDocument(tree.routes, openApiInfo(packageJson.version)) as Json
  text = `${JSON.stringify(document, null, 2)}\n`
  if (process.env.UPDATE === '1') await Bun.write(FILE, text)
})

type Json = { readonly [key: string]: unknown }
type Operation = Json & { readonly operationId: string; readonly summary: string; readonly responses: Json }

function* walk(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Json
  for (const inner of Object.values(value)) yield* walk(inner)
}

function operations(): Operation[] {
  return Object.values(document.paths as Json).flatMap((path) => Object.values(path as Json) as Operation[])
}

test('docs/openapi.json is up to date (UPDATE=1 writes it)', async () => {
  expect(await Bun.file(FILE).text()).toBe(text)
})

describe('the document', () => {
  test('is OpenAPI 3.1', () => expect(document.openapi).toStartWith('3.1'))

  test('every reference leads somewhere', () => {
    const schemas = (document.components as Json).schemas as Json
    const references = [...walk(document)].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
    expect(references.length).toBeGreaterThan(50)
    const dead = references.filter((ref) => !(ref.replace('#/components/schemas/', '') in schemas))
    expect(dead).toEqual([])
  })

  test('every operation has an id of its own and a summary', () => {
    const ids = operations().map(({ operationId }) => operationId)
    expect(ids.length).toBeGreaterThan(25)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations().filter(({ summary }) => !summary)).toEqual([])
  })

  test('every named enum says what each value means', () => {
    const schemas = Object.entries((document.components as Json).schemas as Readonly<Record<string, Json>>)
    const silent = schemas.filter(([, schema]) => {
      const words = (schema['x-enumDescriptions'] ?? {}) as Json
      return ((schema.enum ?? []) as string[]).some((value) => !words[value])
    })
    expect(silent.map(([name]) => name)).toEqual([])
  })

  test('every component says what it is', () => {
    const schemas = Object.entries((document.components as Json).schemas as Readonly<Record<string, Json>>)
    expect(schemas.filter(([, schema]) => !schema.description).map(([name]) => name)).toEqual([])
  })
})
