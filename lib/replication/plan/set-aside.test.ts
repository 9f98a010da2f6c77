import { describe, expect, test } from 'bun:test'
import { a, aside, B, b, commands, next, own, P } from '../testing/set-aside.ts'
import { backupSide, inventoryOf, planned, primarySide, sibling } from '../testing/world.ts'

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
      // Only where that line is refused.
      `zfs promote ${B}`,
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
      `zfs set canmount=noauto ${aside}`,
      `zfs rename -u ${aside}/one ${B}/one`,
      `zfs rename ${aside}/two ${B}/two`,
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
    expect(commands(made)[4]).toBe(`zfs set quota=1000001 ${B}`)
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

  test('clones of other bases, left by swaps that were refused, do not pile up', () => {
    const older = ['20260101T100000Z', '20260102T100000Z', '20260103T100000Z'].map((stamp) =>
      sibling('next', `${B}@older`, stamp),
    )
    const blocked = (backupSiblings: readonly ReturnType<typeof sibling>[]) =>
      planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { backupSiblings })).blocked?.code ?? null
    expect(blocked(older.slice(1))).toBeNull()
    expect(blocked(older)).toBe('SET_ASIDE_LIMIT')
    // One that fits is used, whatever stands beside it.
    expect(blocked([...older, sibling('next', `${B}@a`)])).toBeNull()
  })

  test('nothing is behind: it is brought back to the base all the same', () => {
    const made = planned(inventoryOf(primarySide([a]), backupSide([a], { written: 1 })))
    expect(made.kind).toBe('SET_ASIDE_REWIND')
    expect(commands(made)).toHaveLength(4)
  })
})
