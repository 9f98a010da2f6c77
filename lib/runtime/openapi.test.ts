import { expect, test } from 'bun:test'
import { z } from 'zod'
import { startFixture } from './fixtures/start.ts'
import { openApiDocument } from './openapi.ts'
import type { AnyRoute, LoadedRoute } from './tree.ts'

const route = (definition: Omit<AnyRoute, 'summary' | 'run'>, rest: Partial<LoadedRoute> = {}) =>
  ({
    method: 'GET',
    path: '/api/a',
    file: 'routes/api/a.ts',
    ...rest,
    definition: { summary: 's', run: () => null, ...definition },
  }) satisfies LoadedRoute

function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner),
  )
}

function resolve(document: unknown, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)
}

test('the document of the good tree', async () => {
  const { runtime } = await startFixture()
  const document = runtime.openapi()
  const refs = refsOf(document)
  expect(refs.length).toBeGreaterThan(10)
  for (const ref of refs) expect(resolve(document, ref), ref).toBeDefined()
  const text = JSON.stringify(document)
  expect(text).not.toContain('9007199254740991')
  expect(text).not.toMatch(/\$schema|\$id|__shared|__input|__output/)
  expect(document).toMatchSnapshot()
})

test('recursive schemas, big integers and dates have a form', () => {
  const Node = z
    .object({
      guid: z.bigint(),
      at: z.date(),
      get children() {
        return z.array(Node)
      },
    })
    .meta({ id: 'Node' })
  const anonymous = z.object({
    get inner() {
      return anonymous.optional()
    },
  })
  const document = openApiDocument([route({ output: Node }), route({ output: anonymous }, { path: '/api/b' })], {
    title: 't',
    version: '1',
  })
  for (const ref of refsOf(document)) expect(resolve(document, ref), ref).toBeDefined()
  expect(resolve(document, '#/components/schemas/Node/properties/guid')).toMatchObject({ type: 'string' })
  expect(resolve(document, '#/components/schemas/Node/properties/at')).toMatchObject({ format: 'date-time' })
})

test('two operations of one name are refused', () => {
  const twice = [route({ operationId: 'a' }), route({ operationId: 'a' }, { path: '/api/b' })]
  expect(() => openApiDocument(twice, { title: 't', version: '1' })).toThrow('the same operationId "a"')
})

test('a schema that differs as input and as output has two names, and so has what holds it', () => {
  const Inner = z.object({ size: z.number().default(1) }).meta({ id: 'Inner' })
  const Outer = z.object({ inner: Inner }).meta({ id: 'Outer' })
  const routes = [route({ output: Outer }), route({ input: z.object({ outer: Outer }) }, { method: 'POST' })]
  const document = openApiDocument(routes, { title: 't', version: '1' })
  expect(resolve(document, '#/components/schemas/Inner')).toMatchObject({ required: ['size'] })
  expect(resolve(document, '#/components/schemas/InnerInput')).not.toHaveProperty('required')
  expect(resolve(document, '#/components/schemas/OuterInput/properties/inner')).toEqual({
    $ref: '#/components/schemas/InnerInput',
  })
  for (const ref of refsOf(document)) expect(resolve(document, ref), ref).toBeDefined()
})
