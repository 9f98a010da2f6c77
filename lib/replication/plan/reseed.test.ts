import { describe, expect, test } from 'bun:test'
import { shapeOf } from '../chain.ts'
import { emptyMemory } from '../memory.ts'
import { halfDoneSwap } from '../swap.ts'
import { a, aside, B, b, commands, incoming, own, P } from '../testing/set-aside.ts'
import {
  backupSide,
  inventoryOf,
  judged,
  MISSING,
  type PlanOver,
  planned,
  policyOf,
  primarySide,
  sibling,
  tokenOf,
} from '../testing/world.ts'

describe('set aside and re-seed', () => {
  test('the new line is there before the old one moves', () => {
    const made = planned(inventoryOf(primarySide([b]), backupSide([own])))
    expect(made).toMatchObject({ kind: 'SET_ASIDE_RESEED', blocked: null, destroys: [] })
    expect(commands(made)).toEqual([
      `zfs send -v -P ${P}@b | zfs receive -s -u -o readonly=on -o canmount=noauto ${incoming}`,
      [
        `zfs rename -u ${B} ${aside}`,
        `zfs rename -u ${incoming} ${B}`,
        `zfs set readonly=on ${B}`,
        `zfs set canmount=noauto ${aside}`,
        `zfs set canmount=on ${B}`,
      ].join(' && '),
      `zfs hold zwitness ${aside}@own`,
    ])
  })

  test('limits: a seed gets its quota when it is there, beside the backup, or after the children', () => {
    const local = [
      { name: 'quota', value: '5000000' },
      { name: 'filesystem_limit', value: '9' },
    ]
    const swap = { children: [], local, canmount: 'on' as const, shared: false }
    const made = planned(inventoryOf(primarySide([b]), backupSide([own]), { swap }))
    expect(commands(made)[0]).toContain(`-o canmount=noauto -o filesystem_limit=9 ${incoming}`)
    expect(commands(made)[1]).toBe(`zfs set quota=5000000 ${incoming}`)
    const children = [{ name: `${B}/kid`, type: 'filesystem' as const, encryptionRoot: null }]
    const withKid = planned(inventoryOf(primarySide([b]), backupSide([own]), { swap: { ...swap, children } }))
    expect(commands(withKid)[2]).toBe(`zfs set quota=5000000 ${B}`)
  })

  test('a quota is as it is now, and a change during the seed is said to be left out', () => {
    const swap = { children: [], local: [{ name: 'quota', value: '7' }], canmount: 'on' as const, shared: false }
    const made = planned(inventoryOf(primarySide([b]), backupSide([own]), { swap }))
    expect(made.notes.join(' ')).toContain(`quota=7: as it is now. What is changed on ${B} while the seed runs`)
  })

  test('a rewind: children with the backup’s key go along, what has its key from one of them stays and is named', () => {
    const root = { encryption: 'aes-256-gcm', encryptionRoot: B, keyStatus: 'unavailable' as const }
    const kid = { name: `${B}/kid`, type: 'filesystem' as const, encryptionRoot: B }
    const kept = { ...kid, name: `${B}/kid.zw-aside-20261122T100000Z`, encryptionRoot: kid.name }
    const swap = { children: [kid, kept], local: [], canmount: 'on' as const, shared: false }
    const primary = primarySide([a, b], [], { ...root, encryptionRoot: P })
    const ivSets = new Map([[a.guid, { primary: '1', backup: '1' }]])
    const made = planned(inventoryOf(primary, backupSide([a, own], root), { swap, ivSets }))
    expect(made.kind).toBe('SET_ASIDE_REWIND')
    expect(commands(made).join(' ')).toContain(`/kid ${B}/kid`)
    expect(commands(made).join(' ')).not.toContain(`${kept.name} `)
    expect(made.notes.join(' ')).toContain(
      `Stays below the set-aside, for ZFS moves no encrypted dataset away from the root of its key: ${kept.name}.`,
    )
  })

  test('a first snapshot that has arrived is not sent again', () => {
    const arrived = sibling('incoming', null, undefined, { snapshots: [a] })
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings: [arrived] }))
    expect(commands(made)[0]).toStartWith(`zfs rename -u ${B} ${arrived.name.replace('incoming', 'aside')}`)
    expect(commands(made).at(-1)).toContain(`-I ${P}@a ${P}@b`)
  })

  test('one that was cut off is resumed, one that can never be is left lying', () => {
    const token = '1-abc-b8-789c'
    const cut = sibling('incoming', null, undefined, { receiveResumeToken: token })
    const facts = tokenOf(a)
    const look = { backupSiblings: [cut], incomingToken: { name: cut.name, facts } }
    expect(commands(planned(inventoryOf(primarySide([a, b]), backupSide([own]), look)))[0]).toBe(
      `zfs send -v -P -t ${token} | zfs receive -s -u ${cut.name}`,
    )
    const gone = { ...look, incomingToken: { name: cut.name, facts: { ...facts, toGuid: '77' } } }
    expect(commands(planned(inventoryOf(primarySide([a, b]), backupSide([own]), gone)))[0]).toContain(incoming)
  })

  const partials = (count: number) =>
    ['20260101T100000Z', '20260102T100000Z', '20260103T100000Z']
      .slice(0, count)
      .map((stamp) => sibling('incoming', null, stamp, { receiveResumeToken: '1-abc-b8-789c' }))

  test('what earlier tries have left counts with the set-asides', () => {
    const blocked = (backupSiblings: readonly ReturnType<typeof sibling>[]) =>
      planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings })).blocked
    const aside = sibling('aside', null, '20251201T100000Z')
    expect(blocked(partials(2))).toBeNull()
    expect(blocked(partials(3))).toMatchObject({ code: 'SET_ASIDE_LIMIT' })
    expect(blocked([aside, ...partials(2)])?.because).toContain('keeps 1 set-aside, 2 unfinished first transfers of')
    // One that can go on does, whatever stands beside it.
    expect(blocked([...partials(2), sibling('incoming', null, undefined, { snapshots: [a] })])).toBeNull()
  })

  test('one that lost to retention is not begun anew by itself, and what retention must be is said', () => {
    const policy = policyOf({ onDiverged: 'set_aside' })
    const of = (count: number, over: Partial<PlanOver> = {}) =>
      planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings: partials(count) }), {
        policy,
        ...over,
      }).automatic
    expect(of(0).code).toBe('ALLOWED')
    expect(of(1)).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
    expect(of(1).because).toContain('for longer than the first transfer takes, or delegate `release` there')
    const prunings = [1, 2, 3].map((n) => ({
      shape: shapeOf(a.name),
      creation: a.creation - n * 86_400,
      goneAt: (a.creation - (n - 1) * 86_400) * 1000,
    }))
    const told = of(1, { memory: { ...emptyMemory(), prunings }, options: { seedSeconds: 36 * 3600 } }).because
    expect(told).toContain(
      'It takes about 36 h at the rate of past transfers; snapshots like @a live for about 24 h there.',
    )
    expect(told).toContain('Keep its snapshots on hqs8 for at least 54 h')
  })

  test.each([
    ['all', 'ALLOWED'],
    [['send', 'hold', 'release'], 'ALLOWED'],
    [['send', 'hold'], 'NEEDS_PERSON'],
    [null, 'NEEDS_PERSON'],
  ] as const)('one that lost to retention, where the login on the primary may %j: %s', (may, code) => {
    const primary = may === null || may === 'all' ? may : new Set(may)
    const more = { backupSiblings: partials(1), delegated: { primary, backup: 'all' as const } }
    const { rights: _, ...seen } = inventoryOf(primarySide([a, b]), backupSide([own]), more)
    expect(planned(seen, { policy: policyOf({ onDiverged: 'set_aside' }) }).automatic.code).toBe(code)
    // Read anew, as before a repair, it counts more than what an earlier check knew.
    const fresh = { ...seen, delegated: { primary: null, backup: null }, rights: { primary, backup: 'all' as const } }
    expect(planned(fresh, { policy: policyOf({ onDiverged: 'set_aside' }) }).automatic.code).toBe(code)
  })

  test('children with the key of the old line stay below the set-aside, and that is said', () => {
    const root = { encryption: 'aes-256-gcm', encryptionRoot: B, keyStatus: 'unavailable' as const }
    const children = [{ name: `${B}/kid`, type: 'filesystem' as const, encryptionRoot: B }]
    const swap = { children, local: [], canmount: 'on' as const, shared: false }
    const made = planned(inventoryOf(primarySide([b]), backupSide([own], root), { swap }))
    expect(commands(made).join(' ')).not.toContain('/kid')
    expect(made.notes.join(' ')).toContain('1 child dataset with the key of the old line')
  })
})

/** A new line, until the last command of its swap. */
const quiet = { children: [], local: [], canmount: 'noauto' as const, shared: false }

describe('a swap that was cut off', () => {
  test.each([
    [
      'promoted, not renamed',
      inventoryOf(primarySide([a, b]), backupSide([own], { origin: `${sibling('next', null).name}@a` }), {
        backupSiblings: [sibling('next', null, undefined, { snapshots: [a] })],
      }),
      [`zfs rename -u ${B} `, `zfs rename -u ${B}.zw-next-`],
    ],
    [
      'the backup renamed away',
      inventoryOf(primarySide([a, b]), MISSING, {
        backupSiblings: [
          sibling('next', null, undefined, { snapshots: [a] }),
          sibling('aside', `${sibling('next', null).name}@a`, undefined, { snapshots: [own], canmount: 'on' }),
        ],
      }),
      [`zfs rename -u ${B}.zw-next-`, 'zfs set readonly=on', 'zfs set canmount=noauto', 'zfs set canmount=on'],
    ],
    [
      'a seed not in its place',
      inventoryOf(primarySide([a, b]), MISSING, {
        backupSiblings: [
          sibling('incoming', null, undefined, { snapshots: [a] }),
          sibling('aside', null, undefined, { snapshots: [own] }),
        ],
      }),
      [`zfs rename -u ${B}.zw-incoming-`, 'zfs set readonly=on'],
    ],
    [
      'children left below the set-aside',
      inventoryOf(primarySide([a, b]), backupSide([a]), {
        swap: quiet,
        backupSiblings: [
          sibling('aside', `${B}@a`, undefined, {
            children: [{ name: `${sibling('aside', null).name}/kid`, type: 'filesystem', encryptionRoot: null }],
          }),
        ],
      }),
      [`zfs rename -u ${sibling('aside', null).name}/kid ${B}/kid`],
    ],
    [
      'all but the last command',
      inventoryOf(primarySide([a, b]), backupSide([a]), {
        swap: quiet,
        backupSiblings: [sibling('aside', `${B}@a`)],
        swapRecords: [{ aside: sibling('aside', null).name, swap: 'open', canmount: 'on' }],
      }),
      [`zfs set canmount=on ${B}`],
    ],
  ])('%s', (_name, inventory, begins) => {
    const made = planned(inventory)
    expect(made).toMatchObject({ kind: 'FINISH_SWAP', blocked: null, automatic: { allowed: true } })
    const swap = commands(made)[0]?.split(' && ') ?? []
    for (const [index, begin] of begins.entries()) expect(swap[index]).toStartWith(begin)
  })

  test.each([
    ['not asked', 'never', true],
    [null, 'never', true],
    ['not asked', 'noauto', true],
    ['not asked', 'on', false],
    [null, 'on', false],
    ['noauto', 'on', true],
    ['on', 'noauto', false],
  ] as const)(
    'its last command, where the canmount of the backup is read as %s, and was before as %s: %s',
    (now, before, isHalf) => {
      const aside = sibling('aside', `${B}@a`)
      const record = { aside: aside.name, swap: 'open', canmount: 'on' } as const
      const { swap: _default, ...looked } = inventoryOf(primarySide([a, b]), backupSide([a]), {
        backupSiblings: [aside],
        swapRecords: [before === 'never' ? record : { ...record, backupCanmount: before }],
      })
      const inventory =
        now === 'not asked' ? looked : { ...looked, swap: now === null ? null : { ...quiet, canmount: now } }
      expect(halfDoneSwap(inventory)?.state ?? null).toBe(isHalf ? 'canmount not set back' : null)
    },
  )

  test.each([null, 'lost'] as const)(
    'with an older set-aside beside it, it is the newest one that is finished',
    (journal) => {
      const next = sibling('next', null, '20261122T110000Z', { snapshots: [a, b] })
      // Since the promote every set-aside of the old line is a clone of the new one.
      const older = sibling('aside', `${next.name}@a`, '20261121T090000Z')
      const newer = sibling('aside', `${next.name}@b`, '20261122T110000Z', { snapshots: [own], canmount: 'on' })
      const records =
        journal === 'lost' ? {} : { swapRecords: [{ aside: older.name, swap: 'over', canmount: null } as const] }
      const made = planned(
        inventoryOf(primarySide([a, b]), MISSING, { backupSiblings: [older, newer, next], ...records }),
      )
      expect(made).toMatchObject({ kind: 'FINISH_SWAP', setAside: { name: newer.name } })
      expect(commands(made).join(' ')).toContain(`zfs set canmount=noauto ${newer.name} && zfs set canmount=on ${B}`)
      expect(commands(made).join(' ')).not.toContain(older.name)
    },
  )

  test('what the journal knows nothing of is said and not guessed', () => {
    const done = sibling('aside', `${B}@a`)
    const swapRecords = [
      { aside: done.name, swap: 'unknown' as const, canmount: null, backupCanmount: 'noauto' as const },
    ]
    const look = { backupSiblings: [done], swap: quiet, swapRecords }
    const inventory = inventoryOf(primarySide([a, b]), backupSide([a]), look)
    expect(planned(inventory).kind).toBe('INCREMENTAL')
    const note = judged(inventory).reasons.find(({ code }) => code === 'CANMOUNT_UNSURE')
    expect(note).toMatchObject({ severity: 'NOTE', evidence: { setAside: done.name } })
    expect(note?.action).toContain(`zfs set canmount=on ${B}`)
  })

  test('a set-aside that is in order is nothing to finish', () => {
    const done = sibling('aside', `${B}@a`, undefined, { snapshots: [own] })
    expect(planned(inventoryOf(primarySide([a, b]), backupSide([a]), { backupSiblings: [done] })).kind).toBe(
      'INCREMENTAL',
    )
  })
})
