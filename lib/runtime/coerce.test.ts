import { expect, test } from 'bun:test'
import { z } from 'zod'
import { typedFields } from './coerce.ts'
import { jsonSchemaOf } from './input.ts'

const schema = z.object({
  text: z.string().optional(),
  count: z.number().int().default(1),
  flag: z.boolean().optional(),
  tags: z.array(z.string()).default([]),
  sizes: z.array(z.number()).optional(),
  state: z.enum(['ON', 'OFF']).optional(),
  sort: z.union([z.number(), z.string()]).optional(),
  limit: z.union([z.literal('all'), z.number()]).optional(),
  maybe: z.number().nullable().optional(),
  options: z.object({ deep: z.number() }).optional(),
  exact: z.literal(5).optional(),
})

test.each<[string, Record<string, unknown>]>([
  ['text=5', { text: '5' }],
  ['text=', { text: '' }],
  ['count=5', { count: 5 }],
  ['count=-1.5e3', { count: -1500 }],
  ['count=', {}],
  ['count=0x10', { count: '0x10' }],
  ['count=five', { count: 'five' }],
  ['count=1&count=2', { count: ['1', '2'] }],
  ['flag=true', { flag: true }],
  ['flag=0', { flag: false }],
  ['flag=maybe', { flag: 'maybe' }],
  ['tags=a&tags=b', { tags: ['a', 'b'] }],
  ['tags=a,b', { tags: ['a', 'b'] }],
  ['tags=', { tags: [] }],
  ['sizes=1,2&sizes=3', { sizes: [1, 2, 3] }],
  ['state=ON', { state: 'ON' }],
  ['state=', {}],
  ['sort=5', { sort: 5 }],
  ['sort=-age', { sort: '-age' }],
  ['limit=all', { limit: 'all' }],
  ['limit=7', { limit: 7 }],
  ['maybe=3', { maybe: 3 }],
  ['options={"deep":1}', { options: { deep: 1 } }],
  ['options={deep', { options: '{deep' }],
  ['exact=5', { exact: 5 }],
  ['unknown=1', { unknown: '1' }],
])('%s', (query, expected) => {
  expect(typedFields(jsonSchemaOf(schema), new URLSearchParams(query))).toEqual(expected)
})

test('a key named __proto__ changes nothing but its own value', () => {
  const raw = typedFields(jsonSchemaOf(z.looseObject({})), [['__proto__', 'x']])
  expect(Object.getPrototypeOf(raw)).toBe(Object.prototype)
})
