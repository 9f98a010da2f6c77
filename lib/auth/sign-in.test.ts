import { expect, test } from 'bun:test'
import { costOf, USUAL_COST } from '#config/password-cost.ts'
import { decoyOf } from './sign-in.ts'

const hashOf = (cost: string, digest: string): string => `$argon2id$v=19$${cost}$c2FsdHNhbHQ$${digest}`
const CHEAP = hashOf('m=1024,t=1,p=1', 'aGFzaGhhc2g')
const DEAR = hashOf('m=2048,t=3,p=1', 'aGFzaGhhc2gx')
const names = Array.from({ length: 400 }, (_, at) => `name${at}`)
const costs = (hashes: readonly string[]) => names.map((name) => costOf(decoyOf(name, hashes)))

test('where all hashes cost the same, a name that is not there costs that too', () => {
  expect(new Set(costs([CHEAP]))).toEqual(new Set(['m=1024,t=1,p=1']))
  expect(new Set(costs([]))).toEqual(new Set([USUAL_COST]))
})

test('where they do not, each cost stands for some names that are not there, always the same', () => {
  const found = costs([CHEAP, DEAR])
  expect(found).toEqual(costs([DEAR, CHEAP]))
  const cheap = found.filter((cost) => cost === 'm=1024,t=1,p=1').length
  expect(cheap).toBeGreaterThan(100)
  expect(cheap).toBeLessThan(300)
  // Another user changes it for a few names at most: what seems to be there must not change with each reload.
  const withMore = costs([CHEAP, DEAR, hashOf('m=4096,t=2,p=1', 'aGFzaGhhc2gy')])
  expect(withMore.filter((cost, at) => cost !== found[at] && cost !== 'm=4096,t=2,p=1')).toEqual([])
})

test('it can be checked, and no password fits', async () => {
  expect(await Bun.password.verify('three words long', decoyOf('anna', [CHEAP]))).toBe(false)
})
