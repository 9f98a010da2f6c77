import { expect, test } from 'bun:test'
import { backupSide, inventoryOf, MISSING, primarySide, taken, tokenOf } from '#lib/replication/testing/world.ts'
import { inTransfer } from './may-destroy.ts'

const a = taken('a', 40)
const b = taken('b', 30)
const toB = tokenOf(b)

test.each([
  ['one that was cut off and can go on', { ...toB, fromGuid: null }, [['b', 'RESUMABLE']]],
  ['an increment has its bookmark', { ...toB, fromGuid: a.guid }, []],
  ['a token that no longer applies needs nothing', { unusable: 'token-stale' as const, text: 'gone' }, []],
  ['a token that was not read says nothing', null, []],
])('what a first transfer needs: %s', (_name, token, expected) => {
  const inventory = inventoryOf(primarySide([a, b]), backupSide([], { receiveResumeToken: '1-a-b' }), { token })
  expect(inTransfer(inventory, null).map(({ snapshot, state }) => [snapshot, state])).toEqual(expected)
})

test('what is not on the primary any more is not named, and nothing of a backup without a partial receive', () => {
  const facts = { ...toB, fromGuid: null }
  const gone = inventoryOf(primarySide([a]), backupSide([], { receiveResumeToken: '1-a-b' }), { token: facts })
  expect(inTransfer(gone, null)).toEqual([])
  expect(inTransfer(inventoryOf(primarySide([a, b]), MISSING, { token: facts }), null)).toEqual([])
})
