import { expect, test } from 'bun:test'
import { decodeCursor, encodeCursor } from './cursor.ts'

test('what went in comes out', () => {
  const key = [3, 'hq10-7.L1S4DAT1', null]
  expect(decodeCursor('datasets', 3, encodeCursor('datasets', key))).toEqual(key)
})

test.each([
  ['another list', encodeCursor('snapshots', [1])],
  ['another order', encodeCursor('datasets', [1, 2])],
  ['no JSON', 'zzzz'],
  ['other JSON', Buffer.from('{"a":1}').toString('base64url')],
  ['objects inside', Buffer.from('["datasets",{}]').toString('base64url')],
])('%s is a bad cursor', (_, cursor) => {
  expect(() => decodeCursor('datasets', 1, cursor)).toThrow('Leave it out')
})
