import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Fake, fakeServices } from '#tests/api/fake-services.ts'

let fake: Fake
beforeAll(async () => {
  fake = await fakeServices()
})
afterAll(() => fake.services.events.close())

/** Names that exist, so that what is wrong is not always the address. */
const IDS = ['hq10-7.L1S4DAT1', 'hq10-7.L1~1a2b3c', '7', 'scan']
const FIELDS = ['mode', 'planId', 'confirm', 'reason', 'until', 'seconds', 'datasetIds', 'pair', 'dryRun', 'limit']
const ODD = [
  '',
  ' ',
  '..',
  '%00',
  '\u202e',
  '-1',
  '1e999',
  'NaN',
  '9'.repeat(40),
  '__proto__',
  '<img onerror=1>',
  "' OR 1",
]

const word = fc.oneof(fc.constantFrom(...IDS, ...ODD), fc.string({ unit: 'binary', maxLength: 40 }))
const name = fc.oneof(fc.constantFrom(...FIELDS), word)
const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .dictionary(name, fc.oneof(fc.jsonValue({ maxDepth: 2 }), word), { maxKeys: 4 })
    .map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary', maxLength: 200 }),
)
const request = fc.record({
  route: fc.nat(),
  words: fc.array(word, { minLength: 2, maxLength: 2 }),
  query: fc.array(fc.tuple(name, word), { maxLength: 3 }),
  body,
})

test('whatever is asked of any route, in whatever form: an answer that says what is wrong, never a 500', async () => {
  const routes = fake.runtime.tree.routes.filter(({ path }) => path !== '/api/events')
  await fc.assert(
    fc.asyncProperty(request, async ({ route, words, query, body }) => {
      const { method, path } = routes[route % routes.length] ?? { method: 'GET', path: '/' }
      let left = 0
      const address = path.replaceAll(/:\w+/g, () => segment(words[left++ % words.length] ?? ''))
      const search = query.map(([key, value]) => `${segment(key)}=${segment(value)}`).join('&')
      const response = await fake.admin(method, `${address}?${search}`, method === 'POST' ? body : undefined)
      expect(fake.world.errors.splice(0)).toEqual([])
      if (response.status < 400) return
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      const problem = await response.json()
      // What was never read says so, and when to come again.
      expect(response.status < 500 || problem.code === 'NOT_READ_YET').toBe(true)
      expect(problem).toMatchObject({ status: response.status, code: expect.any(String), title: expect.any(String) })
    }),
    { numRuns: 1500 },
  )
}, 300_000)

/** Half a surrogate pair has no form in an address. */
const segment = (text: string): string => encodeURIComponent(text.toWellFormed()) || '%20'
