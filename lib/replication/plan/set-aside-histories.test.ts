import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  inventoryOf,
  lines,
  MAPPING,
  planned,
  primarySide,
  sibling,
  taken,
  tokenOf,
} from '../testing/world.ts'

const a = taken('a', 50)
const b = taken('b', 40)
const own = taken('own', 5)
const B = MAPPING.backup.dataset
const P = MAPPING.primary.dataset
const T = '20261122T120000Z'
const aside = `${B}.zw-aside-${T}`
const next = `${B}.zw-next-${T}`
const incoming = `${B}.zw-incoming-${T}`
const commands = (made: ReturnType<typeof planned>): readonly string[] =>
  lines(made)
    .filter((line) => line !== 'verify' && !line.startsWith('zfs bookmark'))
    .map((line) => line.replaceAll('sudo -n zfs', 'zfs'))

describe('what random histories taught', () => {
  const c = taken('c', 30)
  /** The name of `a` has gone round: on the primary it is a newer snapshot's by now. */
  const round = [{ ...a, name: 'was-a' }, b, taken('a', 20, { guid: '4242' })]

  test('a name in the way from before the base, and a change too: renamed, and back to the base itself', () => {
    const primary = [a, b, taken('own', 20, { guid: '4242' })]
    const between = { ...own, createtxg: a.createtxg + 1n }
    const made = planned(inventoryOf(primarySide(primary), backupSide([a, between, b], { written: 4096 })))
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null })
    expect(commands(made)[0]).toStartWith(`zfs rename ${B}@own ${B}@own.zw-`)
    expect(commands(made)[1]).toEndWith(`${B}@b ${next}`)
    expect(commands(made).at(-1)).toContain(`-I ${P}@b ${P}@own`)
  })

  test('the base itself has a name that is to be sent: it is renamed, and the new line begins under that name', () => {
    const gone = [a, { ...b, name: 'was-b' }, taken('b', 20, { guid: '4242' })]
    const made = planned(inventoryOf(primarySide(gone), backupSide([a, b], { written: 4096 })))
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null })
    const renamed = commands(made).find((line) => line.startsWith(`zfs rename ${B}@b `))
    const to = renamed?.split('@').at(-1)
    expect(to).toStartWith('b.zw-')
    expect(commands(made).find((line) => line.includes('clone'))).toEndWith(`${B}@${to} ${next}`)
  })

  test('a partial receive is resumed after what has the name of a snapshot to come got another one', () => {
    const token = tokenOf(c, b)
    const backup = backupSide([a, b], { receiveResumeToken: '1-abc-b8-789c' })
    const look = { token }
    const made = planned(inventoryOf(primarySide([...round.slice(0, 2), c, ...round.slice(2)]), backup, look))
    expect(made).toMatchObject({ kind: 'RESUME', blocked: null })
    expect(commands(made)[0]).toStartWith(`zfs rename ${B}@a ${B}@a.zw-`)
  })

  test.each([
    ['was written to', { written: 4096 }],
    ['never got its properties', { canmount: 'on' as const }],
    ['has a snapshot of its own', { snapshots: [own] }],
  ])('a clone of an earlier try that %s is left lying', (_, over) => {
    const left = sibling('next', `${B}@a`, undefined, over)
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { backupSiblings: [left] }))
    expect(commands(made)[0]).toEndWith(`${B}@a ${next}`)
  })

  test('a new line is left lying whose first snapshot has a name that the primary uses for a later one by now', () => {
    const arrived = sibling('incoming', null, undefined, { snapshots: [a] })
    const renamed = [{ ...a, name: 'was-a' }, taken('a', 20, { guid: '4242' })]
    const made = planned(inventoryOf(primarySide(renamed), backupSide([own]), { backupSiblings: [arrived] }))
    expect(commands(made)[0]).toEndWith(incoming)
    const other = planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings: [arrived] }))
    expect(commands(other)[0]).toStartWith(`zfs rename -u ${B} `)
  })

  test.each([
    ['incoming', backupSide([own]), { snapshots: [a] }],
    ['next', backupSide([a, own]), { origin: `${B}@a` }],
  ] as const)(
    'the set-aside of the same run is there already: going on with its %s needs another name',
    (role, backup, over) => {
      const stamp = '20261122T100000Z'
      const left = [sibling(role, null, stamp, over), sibling('aside', null, stamp, { snapshots: [b] })]
      const made = planned(inventoryOf(primarySide([a, b]), backup, { backupSiblings: left }))
      expect(commands(made).join(' ')).toContain(`zfs rename -u ${left[0]?.name} ${B}`)
      expect(made.setAside?.name).toBe(aside)
    },
  )

  test('a new line that was written to is left lying', () => {
    const arrived = sibling('incoming', null, undefined, { snapshots: [a], written: 4096 })
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings: [arrived] }))
    expect(commands(made)[0]).toEndWith(incoming)
  })

  test('of two seeds that were cut off, the later one is resumed', () => {
    const token = '1-abc-b8-789c'
    const cuts = ['20261122T110000Z', '20261122T100000Z'].map((stamp) =>
      sibling('incoming', null, stamp, { receiveResumeToken: token }),
    )
    const facts = tokenOf(a)
    const incomingToken = { name: cuts[0]?.name ?? '', facts }
    const made = planned(inventoryOf(primarySide([a]), backupSide([own]), { backupSiblings: cuts, incomingToken }))
    expect(commands(made)[0]).toBe(`zfs send -v -P -t ${token} | zfs receive -s -u ${cuts[0]?.name}`)
  })
})
