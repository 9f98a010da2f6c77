import { expect, test } from 'bun:test'
import { inputFields, inputOf } from './input-fields.ts'

const SCHEMA = {
  type: 'object',
  required: ['name', 'limit'],
  properties: {
    name: { type: 'string', description: 'Which one.' },
    limit: { type: 'integer', default: 100 },
    really: { type: 'boolean' },
    mode: { type: 'string', enum: ['A', 'B'] },
    ids: { type: 'array', items: { type: 'string' } },
    more: { type: 'object' },
  },
}

test('a schema as fields', () => {
  expect(inputFields(SCHEMA).map(({ name, kind, required, initial }) => [name, kind, required, initial])).toEqual([
    ['name', 'text', true, ''],
    ['limit', 'number', false, '100'],
    ['really', 'check', false, ''],
    ['mode', 'choice', false, ''],
    ['ids', 'list', false, ''],
    ['more', 'json', false, ''],
  ])
  expect(inputFields(null)).toEqual([])
})

test('what was typed as input; what was left empty is not given', () => {
  const typed: Record<string, string> = {
    name: ' a ',
    limit: '5',
    really: 'true',
    ids: 'x, y',
    more: '{"k":1}',
    mode: '',
  }
  const fields = inputFields(SCHEMA)
  expect(inputOf(fields, (name) => typed[name] ?? '')).toEqual({
    name: 'a',
    limit: 5,
    really: true,
    ids: ['x', 'y'],
    more: { k: 1 },
  })
  expect(inputOf(fields, () => '')).toEqual({})
  expect(() => inputOf(fields, (name) => (name === 'more' ? '{' : ''))).toThrow('more: that is not JSON')
})
