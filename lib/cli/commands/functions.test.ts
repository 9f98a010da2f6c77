import { describe, expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'
import { inputOf } from './functions.ts'

describe('functions', () => {
  test('are listed with what they take', async () => {
    expect((await runCommand(['fn', 'list'])).stdout).toMatchSnapshot()
  })

  test('take their input as the schema says', async () => {
    const ran = await runCommand(['fn', 'run', 'check-lag', '-i', 'limit=3', '-i', 'tag=a', '-i', 'tag=b', '--json'])
    expect(ran.service.bodies.get('/api/functions/check-lag')).toEqual({ limit: 3, tag: ['a', 'b'] })
    expect(JSON.parse(ran.stdout)).toEqual({ schema: 'function-output/1', name: 'check-lag', output: { checked: 3 } })
  })

  test('an unknown one is 3, with what was meant', async () => {
    const ran = await runCommand(['fn', 'run', 'check-lg'])
    expect([ran.exit, ran.stderr.split('\n')[0]]).toEqual([
      3,
      'zwitness: There is no function check-lg. Did you mean check-lag?',
    ])
  })
})

const SCHEMA = {
  type: 'object',
  properties: {
    limit: { type: 'integer' },
    dry: { type: 'boolean' },
    name: { type: 'string' },
    until: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    tag: { type: 'array', items: { type: 'string' } },
    sizes: { type: 'array', items: { type: 'number' } },
    filter: { type: 'object' },
  },
}

test.each([
  [['limit=3'], { limit: 3 }],
  [['limit=three'], { limit: 'three' }],
  [['dry=true', 'name=true'], { dry: true, name: 'true' }],
  [['name=5'], { name: '5' }],
  [['name='], { name: '' }],
  [['name=a=b'], { name: 'a=b' }],
  [['until=null'], { until: null }],
  [['until=5'], { until: 5 }],
  [['tag=a', 'tag=b,c'], { tag: ['a', 'b', 'c'] }],
  [['sizes=1,2'], { sizes: [1, 2] }],
  [['filter={"a":1}'], { filter: { a: 1 } }],
  [[], {}],
])('%p', (given, input) => expect(inputOf(SCHEMA, given)).toEqual(input as never))

describe('what cannot be right is said before anything is asked', () => {
  test.each([
    [['limit'], 'write -i name=value, for example -i limit=3'],
    [['=3'], 'write -i name=value'],
    [['limt=3'], 'There is no input limt. Did you mean limit? It takes limit, dry'],
    [['constructor=1'], 'There is no input constructor.'],
    [['limit=1', 'limit=2'], 'is given more than once'],
    [['filter={'], 'is no JSON'],
  ])('%p', (given, message) =>
    expect(() => inputOf(SCHEMA, given)).toThrow(new RegExp(message.replace(/[.?{]/g, '\\$&'), 'i')),
  )

  test('a function without input', () =>
    expect(() => inputOf({ type: 'object' }, ['a=1'])).toThrow('It takes no input.'))
})

const FIELDS = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer', default: 1 },
    tags: { type: 'array', items: { type: 'string' }, default: [] },
  },
}

test('the command line reads the same way', () => {
  expect(inputOf(FIELDS, ['count=3', 'tags=a', 'tags=b=c'])).toEqual({ count: 3, tags: ['a', 'b=c'] })
})

test.each([
  [['count'], '-i count: write -i name=value, for example -i text=3'],
  [['cuont=3'], '-i cuont=3: there is no input cuont. Did you mean count? It takes text, count, tags'],
])('the command line refuses %p', (args, message) => {
  expect(() => inputOf(FIELDS, args)).toThrow(message)
})

test('a function without input says so', () => {
  expect(() => inputOf(undefined, ['a=1'])).toThrow('It takes no input')
})
