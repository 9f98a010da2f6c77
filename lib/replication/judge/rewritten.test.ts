import { describe, expect, test } from 'bun:test'
import { parseSizes } from '#lib/zfs/cost-listing.ts'
import { emptyMemory, remember } from '../memory.ts'
import {
  backupSide,
  codes,
  HOUR,
  inventoryOf,
  judgeInput,
  NOW,
  primarySide,
  taken,
  unreachable,
} from '../testing/world.ts'
import type { Side } from '../types/inventory.ts'
import type { Memory, Verdict } from '../types/verdict.ts'
import { judge } from './judge.ts'
import { sizesToAsk } from './rewritten.ts'

const CODE = 'PRIMARY_REWRITTEN'
const GIB = 2 ** 30
type Size = readonly [written: number, referenced: number]
const each = (share: number, count: number, held = 100): readonly Size[] =>
  Array.from({ length: count }, () => [held * share, held])

interface Seen {
  readonly memory: Memory
  readonly verdict: Verdict
}

/** A snapshot an hour, in GiB written and held; the witness looks after each, the backup has all of them. */
function live(
  sizes: readonly Size[],
  over: { backup?: Side; acknowledgedAt?: number; first?: number } = {},
): readonly Seen[] {
  const { first = 1, backup, acknowledgedAt } = over
  const seen: Seen[] = []
  let memory = emptyMemory()
  for (let count = first; count <= sizes.length; count++) {
    const snapshots = sizes.slice(0, count).map((_, n) => taken(`h${n}`, -n))
    const held = (sizes[count - 1]?.[1] ?? 0) * GIB
    const here = primarySide(snapshots, [], { referenced: held })
    const now = NOW + count * HOUR * 1000
    const asked = sizesToAsk(inventoryOf(here, backupSide([])), memory)
    const read = asked.map(({ guid, name }) => {
      const [writtenBytes, referencedBytes] = (sizes[Number(name.slice(1))] as Size).map((gib) => gib * GIB) as [
        number,
        number,
      ]
      return [guid, { writtenBytes, referencedBytes }] as const
    })
    const inventory = inventoryOf(here, backup ?? backupSide(snapshots), {
      readAt: now,
      ...(read.length === 0 ? {} : { sizes: new Map(read) }),
    })
    const input = judgeInput(inventory, { memory, now, ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }) })
    const verdict = judge(input)
    memory = JSON.parse(JSON.stringify(remember(input, verdict))) as Memory
    seen.push({ memory, verdict })
  }
  return seen
}
const said = (seen: readonly Seen[]) => seen.map(({ verdict }) => codes(verdict).includes(CODE))
const usual = each(0.01, 5)

describe('a primary that was rewritten', () => {
  test('by one snapshot: a WARNING that names it, and the last one before it', () => {
    const last = live([...usual, [95, 105]]).at(-1) as Seen
    expect(last.verdict).toMatchObject({
      health: 'WARNING',
      reason: { code: CODE, evidence: { snapshot: { name: 'h5' }, before: { name: 'h4' }, rewrittenBytes: 90 * GIB } },
    })
    expect(last.verdict.reason.message).toContain(
      '@h5 rewrote most of hqs8p1/DAT1 on hqs8: 90 GiB of the 100 GiB before it.',
    )
    expect(last.verdict.reason.action).toContain('@h4 is the last snapshot before it')
  })

  test('seen where the backup is off, and each snapshot asked about once', () => {
    const seen = live([...usual, [95, 100]], { backup: unreachable('hqs1') })
    expect(said(seen)).toEqual([false, false, false, false, false, true])
    expect((seen.at(-1) as Seen).memory.sizes).toHaveLength(6)
  })

  test('seen at first sight too, where there is something to hold it against', () => {
    expect(said(live([...usual, [95, 100]], { first: 6 }))).toEqual([true])
    expect(
      said(
        live(
          [
            [100, 100],
            [95, 100],
          ],
          { first: 2 },
        ),
      ),
    ).toEqual([false])
  })

  test('it ends when newer ones are as usual and a day has passed; not before', () => {
    const after = said(live([...usual, [95, 100], ...each(0.01, 30)]))
    expect([after.indexOf(true), after.lastIndexOf(true)]).toEqual([5, 5 + 23])
    // And not while they go on like that.
    expect(said(live([...usual, [95, 100], ...each(0.5, 30)])).at(-1)).toBe(true)
  })

  test('an acknowledgement settles it for good', () => {
    const sizes = [...usual, [95, 100] as const, ...each(0.01, 2)]
    expect(said(live(sizes, { acknowledgedAt: NOW + 7 * HOUR * 1000 })).at(-1)).toBe(false)
    expect(said(live(sizes, { acknowledgedAt: NOW + HOUR * 1000 })).at(-1)).toBe(true)
  })

  test.each<[string, readonly Size[]]>([
    ['a first snapshot', [[100, 100]]],
    ['a small dataset', [...each(0.01, 5, 0.5), [0.5, 0.5]]],
    ['a database that is always written anew', each(0.9, 9)],
    ['data that only came to it', [...usual, [500, 600]]],
    ['most of it deleted', [...usual, [0, 5]]],
    ['half of it', [...usual, [50, 100]]],
    [
      'nothing known of before',
      [
        [100, 100],
        [95, 100],
      ],
    ],
  ])('not %s', (_, sizes) => {
    expect(said(live(sizes))).not.toContain(true)
  })
})

test('of small datasets nothing is asked, of others the newest that are not known', () => {
  const many = Array.from({ length: 40 }, (_, n) => taken(`h${n}`, -n))
  const at = (referenced: number) => inventoryOf(primarySide(many, [], { referenced }), backupSide([]))
  expect(sizesToAsk(at(GIB - 1), null)).toEqual([])
  expect(sizesToAsk(at(GIB), null).map(({ name }) => name)).toEqual(['h35', 'h36', 'h37', 'h38', 'h39'])
  const memory = { ...emptyMemory(), sizes: [[many[38]?.guid ?? '', null, 0] as const] }
  expect(sizesToAsk(at(GIB), memory).map(({ name }) => name)).toEqual(['h39'])
  // Nor of what a primary says that is not there.
  expect(sizesToAsk(inventoryOf(unreachable('hqs8'), backupSide([])), null)).toEqual([])
})

test.each([
  ['t/a@s1\t7\t1\t2\n', 1],
  ['', 0],
  ['t/a@s1\t7\t1\t2', null],
  ['t/a@s1\t7\t1\n', null],
  ['t/a@s1\t7\t-1\t2\n', null],
  ['t/a@s1\t7\t1\t2\tx\n', null],
  ['t/a@s1\t0x7\t1\t2\n', null],
])('sizes are read, or nothing of them: %j', (text, count) => {
  expect(parseSizes(text)?.size ?? null).toBe(count)
})
