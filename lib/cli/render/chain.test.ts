import { expect, test } from 'bun:test'
import type { SnapshotSideView, SnapshotView } from '../answers.ts'
import { snapshot } from '../testing/answers.ts'
import { rendered } from '../text.ts'
import { railLines } from './chain.ts'

const side = (host: string, state: SnapshotSideView['state'] = 'PRESENT', detail: string | null = null) =>
  ({ host, dataset: 'p/D', state, snapshots: null, detail }) satisfies SnapshotSideView
const SIDES = { primary: side('a'), backup: side('b') }

/** `B` both, `P` primary only, `K` backup only, `C` clash, `U` unknown; oldest first, as on the screen. */
function rails(states: string, sides: Parameters<typeof railLines>[1] = SIDES, older = 0): string[] {
  const words: Record<string, SnapshotView['state']> = {
    B: 'BOTH',
    P: 'PRIMARY',
    K: 'BACKUP',
    C: 'CLASH',
    U: 'UNKNOWN',
  }
  const list = [...states].map((letter, index) => snapshot(index + 1, words[letter] ?? 'BOTH'))
  return railLines(list.reverse(), sides, older).map((line) => rendered(line, false))
}

test.each([
  ['up to date', 'BBB', '●─●─●', '●─●─●'],
  ['behind', 'BBPP', '●─●─○─○', '●─●────'],
  ['backup ahead', 'BBKK', '●─●────', '●─●─◆─◆'],
  ['diverged', 'BPK', '●─○──', '●───◆'],
  ['a gap', 'BPB', '●─○─●', '●───●'],
  ['nothing in common', 'PKK', '○────', '──◆─◆'],
  ['one side unread', 'UU', '?─?', '───'],
])('%s', (_, states, primary, backup) => {
  const [above, below] = rails(states)
  expect(above).toBe(`primary a:p/D  ${primary}`)
  expect(below).toBe(`backup  b:p/D  ${backup}`)
})

test('a clash shows both snapshots of the name, each on its own side', () => {
  expect(rails('CC').slice(0, 2)).toEqual(['primary a:p/D  ──╳', 'backup  b:p/D  ╳──'])
})

test('a long run is its ends and how many are between', () => {
  expect(rails(`${'B'.repeat(40)}PP`).slice(0, 2)).toEqual([
    'primary a:p/D  ●─(38 in common)─●─○─○',
    'backup  b:p/D  ●─(38 in common)─●────',
  ])
  expect(rails(`B${'P'.repeat(9)}`)[1]).toBe(`backup  b:p/D  ●${'─'.repeat(`─○─(7 only on the primary)─○`.length)}`)
})

test('both lines are equally long, whatever is on them', () => {
  for (const states of ['BPKCU', 'B'.repeat(30), 'P'.repeat(20), `${'K'.repeat(9)}B`]) {
    const [above = '', below = ''] = rails(states, SIDES, 1200)
    expect(Bun.stringWidth(above)).toBe(Bun.stringWidth(below))
  }
})

test('only the signs that are on the rails are explained', () => {
  expect(rails('BP').at(-1)?.trim()).toBe('● both   ○ only primary')
  expect(rails('').length).toBe(2)
})

test('what lies before the newest ones is counted', () => {
  expect(rails('BB', SIDES, 1200)[0]).toBe('primary a:p/D  (1200 older)─●─●')
})

test('a side that could not be read has no line: nothing is known of it', () => {
  const lines = rails('UU', { primary: side('a'), backup: side('b', 'UNKNOWN', 'b does not answer.') })
  expect(lines[1]).toBe('backup  b:p/D  b does not answer.')
  expect(rails('PP', { primary: side('a'), backup: side('b', 'MISSING') })[1]).toBe('backup  b:p/D  does not exist')
})
