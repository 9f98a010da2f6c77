import { describe, expect, test } from 'bun:test'
import { emptyMemory } from './memory.ts'
import {
  backupSide,
  inventoryOf,
  judged,
  lines,
  MAPPING,
  MISSING,
  NOW,
  planned,
  policyOf,
  primarySide,
  sibling,
  taken,
} from './testing/world.ts'

const a = taken('a', 50)
const b = taken('b', 40)
const own = taken('own', 5)
const B = MAPPING.backup.dataset
const P = MAPPING.primary.dataset
const T = '20261122T120000Z'
const aside = `${B}.zw-aside-${T}`
const next = `${B}.zw-next-${T}`
const incoming = `${B}.zw-incoming-${T}`
/** Without bookmarks, the last look, and how zfs is called on the backup. */
const commands = (made: ReturnType<typeof planned>): readonly string[] =>
  lines(made)
    .filter((line) => line !== 'verify' && !line.startsWith('zfs bookmark'))
    .map((line) => line.replaceAll('sudo -n zfs', 'zfs'))
const proven = { ...emptyMemory(), common: { guid: a.guid, at: NOW - 1, backupGuid: backupSide([]).facts.guid } }

describe('set aside and rewind', () => {
  test('own snapshots: everything that can be refused comes before the first rename', () => {
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own])))
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null, destroys: [] })
    expect(commands(made)).toEqual([
      `zfs clone -o readonly=on -o canmount=noauto ${B}@a ${next}`,
      `zfs promote ${next}`,
      [
        `zfs rename -u ${B} ${aside}`,
        `zfs rename -u ${next} ${B}`,
        `zfs set readonly=on ${B}`,
        `zfs set canmount=noauto ${aside}`,
        `zfs set canmount=on ${B}`,
      ].join(' && '),
      `zfs hold zwitness ${aside}@own`,
      `zfs send -v -P -I ${P}@a ${P}@b | zfs receive -s -u ${B}`,
    ])
    expect(made.setAside).toEqual({ name: aside, snapshots: 1, usedBytes: null })
    expect(made.notes).toContain(`Only on hqs1: @own (guid ${own.guid}, 2026-11-22 07:00)`)
  })

  test('a volume has no canmount, and its rename takes no -u', () => {
    const type = 'volume' as const
    const swap = { children: [], local: [], canmount: null, shared: false }
    const sides = [primarySide([a, b], [], { type }), backupSide([a, own], { type })] as const
    expect(commands(planned(inventoryOf(...sides, { swap }))).slice(0, 3)).toEqual([
      `zfs clone -o readonly=on ${B}@a ${next}`,
      `zfs promote ${next}`,
      `zfs rename ${B} ${aside} && zfs rename ${next} ${B} && zfs set readonly=on ${B}`,
    ])
  })

  test('children go back below the backup, whatever they are', () => {
    const children = [
      { name: `${B}/one`, type: 'filesystem' as const, encryptionRoot: null },
      { name: `${B}/two`, type: 'volume' as const, encryptionRoot: null },
    ]
    const swap = { children, local: [], canmount: 'noauto' as const, shared: false }
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { swap }))
    expect(commands(made)[2]?.split(' && ').slice(3)).toEqual([
      `zfs rename -u ${aside}/one ${B}/one`,
      `zfs rename ${aside}/two ${B}/two`,
      `zfs set canmount=noauto ${aside}`,
    ])
  })

  test('properties of its own are carried over, but for what would refuse the clone', () => {
    const local = [
      { name: 'mountpoint', value: '/data x' },
      { name: 'quota', value: '1000' },
      { name: 'compression', value: 'lz4' },
      { name: 'org:note', value: 'a;b' },
      { name: 'readonly', value: 'off' },
    ]
    const swap = { children: [], local, canmount: 'on' as const, shared: false }
    const rights = {
      primary: null,
      backup: new Set(['mountpoint', 'clone', 'create', 'mount', 'readonly', 'canmount']),
    }
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { swap, rights }))
    expect(commands(made)[0]).toBe(`zfs clone -o readonly=on -o canmount=noauto -o mountpoint=/data x ${B}@a ${next}`)
    expect(made.notes).toContain(
      `quota=1000: not carried over, because the login may not set it there. By hand, on hqs1: zfs set quota=1000 ${B}`,
    )
    expect(made.notes.join(' ')).toContain('compression, org:note: not carried over')
    expect(made.blocked).toMatchObject({ code: 'PERMISSION_MISSING' })
  })

  const withLocal = (local: readonly { name: string; value: string }[], kids: readonly string[] = []) => ({
    swap: {
      children: kids.map((name) => ({ name: `${B}/${name}`, type: 'filesystem' as const, encryptionRoot: null })),
      local,
      canmount: 'on' as const,
      shared: false,
    },
  })
  const quotas = [
    { name: 'quota', value: '5000000' },
    { name: 'refquota', value: '900' },
    { name: 'snapshot_limit', value: '50' },
  ]

  test('limits: quotas once the new line owns its history and before it takes the place, the others with the clone', () => {
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), withLocal(quotas, ['kid'])))
    expect(commands(made)[0]).toBe(`zfs clone -o readonly=on -o canmount=noauto -o snapshot_limit=50 ${B}@a ${next}`)
    expect(commands(made).slice(1, 4)).toEqual([
      `zfs promote ${next}`,
      `zfs set quota=5000000 ${next}`,
      `zfs set refquota=900 ${next}`,
    ])
    expect(commands(made)[4]).toStartWith(`zfs rename -u ${B} ${aside}`)
    expect(made.steps.filter((step) => step.kind === 'commands' && step.role === 'limits')).toMatchObject([
      { optional: true },
      { optional: true },
    ])
  })

  test('a quota that could stop the children half-way comes after them', () => {
    const tight = withLocal([{ name: 'quota', value: '1000001' }], ['kid'])
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), tight))
    expect(commands(made)[2]).toStartWith(`zfs rename -u ${B} ${aside}`)
    expect(commands(made)[3]).toBe(`zfs set quota=1000001 ${B}`)
    const childless = withLocal([{ name: 'quota', value: '1000001' }])
    const other = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), childless))
    expect(commands(other)[2]).toBe(`zfs set quota=1000001 ${next}`)
  })

  test('a reservation is not booked twice: the command for afterwards is told', () => {
    const reserved = withLocal([
      { name: 'reservation', value: '7' },
      { name: 'refreservation', value: '8' },
      { name: 'quota', value: '0' },
    ])
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), reserved))
    expect(commands(made).join(' ')).not.toContain('reservation')
    expect(commands(made).join(' ')).not.toContain('quota')
    expect(made.notes).toContain(
      `reservation=7, refreservation=8: not set on the new line, because the set-aside still holds it and the space would be booked twice. After removing the set-aside, on hqs1: zfs set reservation=7 refreservation=8 ${B}`,
    )
  })

  test('a swap that was cut off after the promote gets its limits too', () => {
    const left = sibling('next', null)
    const backup = backupSide([own], { origin: `${left.name}@a` })
    const made = planned(inventoryOf(primarySide([a, b]), backup, { ...withLocal(quotas), backupSiblings: [left] }))
    expect(made.kind).toBe('FINISH_SWAP')
    expect(commands(made).slice(0, 2)).toEqual([
      `zfs set quota=5000000 ${left.name}`,
      `zfs set refquota=900 ${left.name}`,
    ])
  })

  test('a clone that an earlier try left is used again', () => {
    const left = sibling('next', `${B}@a`)
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { backupSiblings: [left] }))
    expect(commands(made)[0]).toBe(`zfs promote ${left.name}`)
    expect(made.setAside?.name).toBe(left.name.replace('next', 'aside'))
  })

  test('nothing is behind: it is brought back to the base all the same', () => {
    const made = planned(inventoryOf(primarySide([a]), backupSide([a], { written: 1 })))
    expect(made.kind).toBe('SET_ASIDE_REWIND')
    expect(commands(made)).toHaveLength(3)
  })
})

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

  test('a first snapshot that has arrived is not sent again', () => {
    const arrived = sibling('incoming', null, undefined, { snapshots: [a] })
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([own]), { backupSiblings: [arrived] }))
    expect(commands(made)[0]).toStartWith(`zfs rename -u ${B} ${arrived.name.replace('incoming', 'aside')}`)
    expect(commands(made).at(-1)).toContain(`-I ${P}@a ${P}@b`)
  })

  test('one that was cut off is resumed, one that can never be is left lying', () => {
    const token = '1-abc-b8-789c'
    const cut = sibling('incoming', null, undefined, { receiveResumeToken: token })
    const facts = { toName: `${P}@a`, toGuid: a.guid, fromGuid: null, bytes: 1, remainingBytes: 2 }
    const look = { backupSiblings: [cut], incomingToken: { name: cut.name, facts } }
    expect(commands(planned(inventoryOf(primarySide([a, b]), backupSide([own]), look)))[0]).toBe(
      `zfs send -v -P -t ${token} | zfs receive -s -u ${cut.name}`,
    )
    const gone = { ...look, incomingToken: { name: cut.name, facts: { ...facts, toGuid: '77' } } }
    expect(commands(planned(inventoryOf(primarySide([a, b]), backupSide([own]), gone)))[0]).toContain(incoming)
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
        backupSiblings: [sibling('aside', `${B}@a`)],
        swapRecord: { aside: sibling('aside', null).name, canmount: 'on' },
      }),
      [`zfs set canmount=noauto ${sibling('aside', null).name}`, `zfs set canmount=on ${B}`],
    ],
  ])('%s', (_name, inventory, begins) => {
    const made = planned(inventory)
    expect(made).toMatchObject({ kind: 'FINISH_SWAP', blocked: null, automatic: { allowed: true } })
    const swap = commands(made)[0]?.split(' && ') ?? []
    for (const [index, begin] of begins.entries()) expect(swap[index]).toStartWith(begin)
  })

  test('what the journal knows nothing of is said and not guessed', () => {
    const done = sibling('aside', `${B}@a`)
    const look = { backupSiblings: [done], swapRecord: { aside: done.name, canmount: null } }
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

describe('by itself only where the lineage is proven', () => {
  const diverged = inventoryOf(primarySide([a, b]), backupSide([a, own]))
  const shared = { children: [], local: [], canmount: 'on' as const, shared: true }
  test.each([
    ['an earlier check saw a common snapshot in this backup', diverged, { memory: proven }, true],
    ['no check ever did', diverged, {}, false],
    [
      'one did, but in another backup dataset',
      diverged,
      { memory: { ...proven, common: { guid: a.guid, at: 1, backupGuid: '5' } } },
      false,
    ],
    ['`on_diverged: set_aside` waives it', diverged, { policy: policyOf({ onDiverged: 'set_aside' }) }, true],
    ['`on_diverged: ask`', diverged, { memory: proven, policy: policyOf({ onDiverged: 'ask' }) }, false],
    [
      'a backup that is shared',
      inventoryOf(diverged.primary, diverged.backup, { swap: shared }),
      { memory: proven },
      false,
    ],
  ] as const)('%s', (_name, inventory, over, allowed) => {
    const made = planned(inventory, over)
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null })
    expect(made.automatic.allowed).toBe(allowed)
    if (!allowed) expect(made.automatic.code).toBe('NEEDS_PERSON')
  })
})

describe('what stands in the way of a set-aside', () => {
  const sides = [primarySide([a, b]), backupSide([a, own])] as const
  test.each([
    ['not known what stands beside it', { backupSiblings: undefined }, 'UNKNOWN_STATE'],
    ['its properties could not be read', { swap: null }, 'UNKNOWN_STATE'],
    [
      'three set-asides',
      { backupSiblings: ['01', '02', '03'].map((day) => sibling('aside', null, `202611${day}T000000Z`)) },
      'SET_ASIDE_LIMIT',
    ],
  ])('%s', (_name, over, code) => {
    const made = planned(inventoryOf(...sides, over))
    expect(made.blocked?.code).toBe(code)
  })
})

describe('in place, the operator’s choice', () => {
  const costs = new Map([[own.guid, { usedBytes: 77, clones: 0 }]])
  const inPlace = (over: object = {}, backup = backupSide([a, own], { written: 5 })) =>
    planned(inventoryOf(primarySide([a, b]), backup, { costs, ...over }), { options: { strategy: 'IN_PLACE' } })

  test('names everything that goes, and runs for nobody by itself', () => {
    const made = inPlace()
    expect(made).toMatchObject({ kind: 'IN_PLACE', blocked: null, automatic: { allowed: false, code: 'NEEDS_PERSON' } })
    expect(made.destroys).toEqual([
      { kind: 'snapshot', name: 'own', guid: own.guid, creation: own.creation, usedBytes: 77 },
      { kind: 'written', name: B, guid: null, creation: null, usedBytes: 5 },
    ])
    // What is destroyed is nowhere said to stay.
    expect(made.notes.join(' ')).not.toContain('stay')
    expect(commands(made)).toEqual([`zfs send -v -P -I ${P}@a ${P}@b | zfs receive -s -u -F ${B}`])
    expect(made.steps.find((step) => step.kind === 'transfer')).toMatchObject({
      expects: [
        { name: `${B}@a`, guid: a.guid },
        { name: `${B}@own`, guid: own.guid },
      ],
    })
  })

  test('with nothing to send it rolls back', () => {
    const made = planned(inventoryOf(primarySide([a]), backupSide([a, own]), { costs }), {
      options: { strategy: 'IN_PLACE' },
    })
    expect(commands(made)).toEqual([`zfs rollback -r ${B}@a`])
  })

  test.each([
    ['a hold', {}, backupSide([a, { ...own, holds: 1 }]), 'HELD'],
    ['a clone', { costs: new Map([[own.guid, { usedBytes: 1, clones: 1 }]]) }, backupSide([a, own]), 'CLONES'],
    ['nothing to destroy', {}, backupSide([a]), 'NOTHING_TO_DESTROY'],
    ['no common snapshot', {}, backupSide([own]), 'NO_COMMON_SNAPSHOT'],
    [
      'only receive:append',
      {
        rights: {
          primary: 'all' as const,
          backup: new Set(['receive:append', 'create', 'mount', 'rename', 'clone', 'promote', 'readonly', 'canmount']),
        },
      },
      backupSide([a, own]),
      'PERMISSION_MISSING',
    ],
  ])('%s is said before a byte moves', (_name, over, backup, code) => {
    expect(inPlace(over, backup).blocked?.code).toBe(code)
  })
})
