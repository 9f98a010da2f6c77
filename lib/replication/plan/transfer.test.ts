import { describe, expect, test } from 'bun:test'
import { taken } from '../testing/world.ts'
import { hops, type Position } from './transfer.ts'

const refs = (names: string) => [...names].map((name) => ({ name, guid: name, creation: 0 }))
const from = (kind: 'snapshot' | 'bookmark'): Position => ({ kind, name: taken('base', 1).name, guid: 'base' })
const base = from('snapshot')
const mark = from('bookmark')

/** `-I base→c` carries everything between, `-i` one snapshot only. */
function told(after: string, wanted: string, start: Position): readonly string[] {
  return hops(refs(after), new Set(wanted), start).map(({ from: start, to, arrives }) => {
    const flag = start.kind === 'snapshot' && start.between ? '-I' : start.kind === 'nothing' ? 'full' : '-i'
    const origin = start.kind === 'nothing' ? '' : `${start.kind === 'bookmark' ? '#' : ''}${start.name}→`
    return `${flag} ${origin}${to.name} (${arrives.map((ref) => ref.name).join('')})`
  })
}

describe('the fewest streams that bring exactly the wanted snapshots', () => {
  test.each([
    ['all wanted: one -I', 'abc', 'abc', base, ['-I base→c (abc)']],
    ['one wanted', 'a', 'a', base, ['-I base→a (a)']],
    [
      'one left out in the middle: -i leads over it',
      'abcd',
      'acd',
      base,
      ['-I base→a (a)', '-i a→c (c)', '-I c→d (d)'],
    ],
    ['the first left out', 'abc', 'bc', base, ['-i base→b (b)', '-I b→c (c)']],
    ['the last left out', 'abc', 'ab', base, ['-I base→b (ab)']],
    ['every other one', 'abcde', 'ace', base, ['-I base→a (a)', '-i a→c (c)', '-i c→e (e)']],
    ['from a bookmark: one -i, then -I', 'abc', 'abc', mark, ['-i #base→a (a)', '-I a→c (bc)']],
    ['from a bookmark over a gap', 'abc', 'bc', mark, ['-i #base→b (b)', '-I b→c (c)']],
    ['from nothing: the first in full', 'abc', 'abc', null, ['full a (a)', '-I a→c (bc)']],
    ['from nothing: only the newest', 'abc', 'c', null, ['full c (c)']],
    ['nothing wanted', 'abc', '', base, []],
  ])('%s', (_, after, wanted, start, expected) => {
    expect(told(after, wanted, start)).toEqual(expected)
  })
})
