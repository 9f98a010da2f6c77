import { describe, expect, test } from 'bun:test'
import type { SnapshotView } from '#lib/api/snapshots.ts'
import { type ChainNode, chainNodes, chainWords } from './rails.tsx'

/** `BBBPP`: oldest first, one letter each: both, primary, backup (k), clash, unknown. */
function rows(letters: string): SnapshotView[] {
  const states = { B: 'BOTH', P: 'PRIMARY', K: 'BACKUP', C: 'CLASH', U: 'UNKNOWN' } as const
  return [...letters]
    .map((letter, at): SnapshotView => {
      const state = states[letter as keyof typeof states]
      const side = { name: `s${at}`, createtxg: String(at), holds: 0 }
      return {
        guid: String(at),
        name: `s${at}`,
        state,
        createdAt: new Date(at * 3_600_000).toISOString(),
        primary: state === 'BACKUP' ? null : side,
        backup: state === 'PRIMARY' || state === 'UNKNOWN' ? null : side,
        bookmark: null,
      }
    })
    .reverse()
}
const drawn = (nodes: readonly ChainNode[]): string =>
  nodes
    .map((node) =>
      node.kind === 'one' ? `${node.row.state[0]}${node.isBase ? '!' : ''}` : `(${node.count} ${node.state})`,
    )
    .join(' ')

describe('what is drawn', () => {
  test.each([
    ['a few stand for themselves, oldest first', 'BBBPPK', '2', 'B B B! P P B'],
    ['many of a kind become one', `${'B'.repeat(40)}PP`, '39', 'B (37 BOTH) B B! P P'],
    [
      'the last common one is always seen',
      `${'B'.repeat(30)}${'P'.repeat(30)}`,
      '29',
      'B (27 BOTH) B B! P (27 PRIMARY) P P',
    ],
    ['without a base nothing is marked', 'PPK', null, 'P P B'],
  ])('%s', (_, letters, base, text) => expect(drawn(chainNodes(rows(letters), base))).toBe(text))

  test('what changes all the time is cut at its old end', () => {
    const nodes = chainNodes(rows('PK'.repeat(60)), null)
    expect(nodes.length).toBe(24)
    expect(nodes[0]).toMatchObject({ kind: 'many', state: 'MIXED', count: 97 })
    const shown = nodes.reduce((sum, node) => sum + (node.kind === 'one' ? 1 : node.count), 0)
    expect(shown).toBe(120)
  })
})

test('in words', () => {
  const hosts = { primary: 'hqs8', backup: 'hqs1' }
  expect(chainWords(rows('BBPK'), hosts)).toBe(
    '3 snapshots on hqs8, 3 on hqs1; 2 in common, the newest is @s1; 1 only on hqs8, 1 only on hqs1',
  )
  expect(chainWords(rows('P'), hosts)).toBe('1 snapshots on hqs8, 0 on hqs1; none in common; 1 only on hqs8')
})
