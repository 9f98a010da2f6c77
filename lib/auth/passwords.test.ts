import { expect, test } from 'bun:test'
import { FairQueue } from './passwords.ts'

const LANES = [
  { name: 'first', places: 2 },
  { name: 'last', places: 4 },
] as const

/** `lane group item` for each who comes; who has to go, and the order of those who stay. */
function served(...coming: readonly string[]) {
  const queue = new FairQueue<'first' | 'last', string>(LANES)
  const gone = coming.flatMap((one) => {
    const [lane = '', group = '', item = ''] = one.split(' ')
    return queue.push(lane as 'first', group, item) ?? []
  })
  const order: string[] = []
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) order.push(next)
  return { gone, order }
}

test.each([
  ['in the order they came', ['last a 1', 'last b 2', 'last c 3'], [], ['1', '2', '3']],
  ['one of each group after the other', ['last a 1', 'last a 2', 'last a 3', 'last b 4'], [], ['1', '4', '2', '3']],
  ['an earlier lane first', ['last a 1', 'first a 2', 'last b 3', 'first b 4'], [], ['2', '4', '1', '3']],
  [
    'a full lane takes nothing from another',
    ['first a 1', 'first b 2', 'first c 3', 'last a 4'],
    ['3'],
    ['1', '2', '4'],
  ],
  [
    'whoever has the most gives a place to one who has none',
    ['last a 1', 'last a 2', 'last a 3', 'last a 4', 'last b 5', 'last c 6', 'last a 7'],
    ['4', '3', '7'],
    ['1', '5', '6', '2'],
  ],
  [
    'but not to one who has as many',
    ['last a 1', 'last a 2', 'last b 3', 'last b 4', 'last b 5', 'last c 6', 'last d 7', 'last e 8'],
    ['5', '2', '4', '8'],
    ['1', '3', '6', '7'],
  ],
])('%s', (_, coming, gone, order) => {
  expect(served(...coming)).toEqual({ gone, order })
})
