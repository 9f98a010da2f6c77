import { expect, test } from 'bun:test'
import { inTurn } from './can-destroy.ts'

test('what one caller asks is done one after the other, a failure stops nobody, others do not wait', async () => {
  const gate = Promise.withResolvers<void>()
  const began: string[] = []
  const work = (name: string, wait?: Promise<void>) => async () => {
    began.push(name)
    await wait
    if (name === 'b') throw new Error('no')
    return name
  }
  const all = [
    inTurn('one', work('a', gate.promise)),
    inTurn('one', work('b')),
    inTurn('one', work('c')),
    inTurn('two', work('d')),
  ]
  expect(await all[3]).toBe('d')
  expect(began).toEqual(['a', 'd'])
  gate.resolve()
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(began).toEqual(['a', 'd', 'b', 'c'])
})
