import { expect, test } from 'bun:test'
import { parseHoldings } from '#lib/zfs/answers.ts'
import { uncoveredOf } from './uncovered.ts'

const MIB = 1024 * 1024

/** `tank/a` and its MiB. */
const holdings = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes).map(([name, size]) => ({ name, bytes: size * MIB }))

test('what is no primary is counted, the largest first', () => {
  const found = uncoveredOf(holdings({ tank: 0, 'tank/a': 10, 'tank/b': 20, 'tank/c': 30 }), {
    primaries: ['tank/a'],
    backups: [],
  })
  expect(found).toEqual({ datasets: 4, count: 2, bytes: 50 * MIB, names: ['tank/c', 'tank/b'] })
})

const LEFT_OUT = [
  ['what only holds others', { tank: 0.1, 'tank/vm': 0.2, 'tank/vm/a': 10 }, ['tank/vm/a'], [], []],
  [
    'but not, where it holds data of its own',
    { tank: 0, 'tank/vm': 5, 'tank/vm/a': 10 },
    ['tank/vm/a'],
    [],
    ['tank/vm'],
  ],
  ['an empty dataset that holds no others counts', { tank: 0, 'tank/new': 0 }, [], [], ['tank/new']],
  [
    'backups of another SAN, with what is below them',
    { tank: 0, 'tank/b': 9, 'tank/b/c': 9, 'tank/bc': 9 },
    [],
    ['tank/b'],
    ['tank/bc'],
  ],
  [
    'what repairs have left there',
    { tank: 0, 'tank/b.zw-aside-20261122T100000Z': 9, 'tank/b.zw-aside-20261122T100000Z/c': 9 },
    [],
    [],
    [],
  ],
] as const

test.each(LEFT_OUT)('%s', (_, sizes, primaries, backups, names) => {
  expect(uncoveredOf(holdings(sizes), { primaries, backups }).names).toEqual([...names])
})

test('at most fifty are named, all are counted', () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`tank/${at}`, at + 2]))
  const { count, names } = uncoveredOf(holdings(many), { primaries: [], backups: [] })
  expect([count, names.length, names[0]]).toEqual([80, 50, 'tank/79'])
})

test('a listing that is half understood is not known', () => {
  expect(parseHoldings('tank\t98304\ntank/a b\t0\n')).toEqual([
    { name: 'tank', bytes: 98304 },
    { name: 'tank/a b', bytes: 0 },
  ])
  for (const text of ['tank\n', 'tank\t1K\n', 'tank\t-1\n', '-rf\t1\n', 'tank\t1\tx\n', 'tank@a\t1\n'])
    expect([text, parseHoldings(text)]).toEqual([text, null])
})
