import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { chunkNames, groupsToList } from './operand.ts'

test('at most so many names in a chunk, none lost, order kept', () => {
  const names = Array.from({ length: 220 }, (_, index) => `p/${index}`)
  const chunks = chunkNames(names)
  expect(chunks.map((chunk) => chunk.length)).toEqual([100, 100, 20])
  expect(chunks.flat()).toEqual(names)
})

test('at most so many bytes in a chunk, quotes and spaces counted', () => {
  expect(chunkNames(['aaaaaaa', 'bbbbbbb', 'ccccccc'], 50, 20)).toEqual([['aaaaaaa', 'bbbbbbb'], ['ccccccc']])
})

test('a name longer than a chunk still gets one', () => expect(chunkNames(['a'.repeat(50)], 50, 20).length).toBe(1))

test('no names, no chunks', () => expect(chunkNames([])).toEqual([]))

describe('groups of datasets to list', () => {
  const dataset = (name: string, snapshots: number | null, most: number | null = null) => ({ name, snapshots, most })
  const many = (count: number, snapshots: number | null) =>
    Array.from({ length: count }, (_, index) => dataset(`p/${index}`, snapshots))
  const sizes = (groups: readonly (readonly string[])[]) => groups.map(({ length }) => length)

  test('are sized by the snapshots that are known', () => {
    expect(sizes(groupsToList(many(50, 140)))).toEqual([14, 14, 14, 8])
    expect(sizes(groupsToList(many(150, 2)))).toEqual([100, 50])
    expect(sizes(groupsToList(many(4, 1500)))).toEqual([1, 1, 1, 1])
    expect(groupsToList([dataset('small', 10), dataset('huge', 90_000), dataset('next', 10)])).toEqual([
      ['small'],
      ['huge'],
      ['next'],
    ])
  })

  test('are small where nothing is known', () => expect(sizes(groupsToList(many(25, null)))).toEqual([10, 10, 5]))

  test('a dataset that was too slow stands last, among no more than it may', () => {
    const datasets = [dataset('a', 1, 2), dataset('b', 1), dataset('c', 1, 1), dataset('d', 1, 2), dataset('e', 1)]
    expect(groupsToList(datasets)).toEqual([['b', 'e'], ['a'], ['c'], ['d']])
    expect(groupsToList([dataset('a', 1, 2), dataset('b', 1, 2), dataset('c', 1, 2)])).toEqual([['a', 'b'], ['c']])
  })

  test('none is lost, none comes twice, whatever is known of them', () => {
    const one = fc.record({
      snapshots: fc.option(fc.nat(5000)),
      most: fc.option(fc.integer({ min: 1, max: 50 })),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 300 }), (facts) => {
        const datasets = facts.map((each, index) => ({ name: `p/${index}`, ...each }))
        const groups = groupsToList(datasets)
        expect(groups.flat().toSorted()).toEqual(datasets.map(({ name }) => name).toSorted())
        const byName = new Map(datasets.map((each) => [each.name, each]))
        for (const group of groups) {
          for (const name of group) expect(group.length).toBeLessThanOrEqual(byName.get(name)?.most ?? 100)
          const rows = group.map((name) => byName.get(name)?.snapshots ?? 200)
          if (group.length > 1) expect(rows.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2000)
        }
      }),
    )
  })
})
