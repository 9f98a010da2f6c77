import { describe, expect, test } from 'bun:test'
import { splitBatch } from '#lib/ssh/batch-run.ts'
import type { ZfsCommand } from '#lib/zfs/operand.ts'
import { inCommands, inLines } from './plan/swap-steps.ts'
import { halfDoneSwap } from './swap.ts'
import { a, aside, B, b, commands, next, own } from './testing/set-aside.ts'
import { backupSide, inventoryOf, MISSING, planned, primarySide, sibling, taken } from './testing/world.ts'
import type { ChildDataset, Inventory } from './types/inventory.ts'
import type { Plan } from './types/plan.ts'

const kids = (count: number, length: number): readonly ChildDataset[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${B}/${`${index}`.padStart(length, 'k')}`,
    type: 'filesystem' as const,
    encryptionRoot: null,
  }))
const swapOf = (children: readonly ChildDataset[], canmount: 'on' | 'noauto' = 'on', longestBelow = '/kid') => ({
  children,
  longestBelow,
  local: [],
  canmount,
  shared: false,
})
const diverged = (swap: Inventory['swap'], over: Partial<Inventory> = {}) =>
  inventoryOf(primarySide([a, b]), backupSide([a, own]), { swap, ...over })
const stepsOf = (made: Plan, role: string) =>
  made.steps.filter((step) => step.kind === 'commands').filter((step) => step.role === role)

describe('the lines of a swap', () => {
  test.each([
    [3, 10, 1],
    [300, 20, 2],
    [400, 20, 2],
    [400, 200, 4],
    [2000, 30, 8],
  ])('%d children with names of %d: at least %d lines, each fits into one ssh command', (count, length, lines) => {
    const zfsCommands = { primary: ['zfs'] as ZfsCommand, backup: ['sudo', '-n', '/usr/sbin/zfs'] as ZfsCommand }
    const made = planned(diverged(swapOf(kids(count, length))), { options: { zfsCommands } })
    expect(made.blocked).toBeNull()
    const steps = stepsOf(made, 'swap')
    expect(steps.length).toBeGreaterThanOrEqual(lines)
    for (const { commands } of steps)
      expect(splitBatch(commands.map(({ argv }, index) => ({ id: `${index}`, argv })))).toHaveLength(1)
    const all = steps.flatMap(({ commands }) => commands.map(({ argv }) => argv.join(' ')))
    expect(all.filter((line) => line.includes('/kid') || / rename -u .*zw-aside.*\/k/.test(line))).toHaveLength(count)
    // What decides over the backup's place comes in the first line, what lets it mount itself last of all.
    expect(all.slice(0, 4).map((line) => line.replace('sudo -n /usr/sbin/', ''))).toEqual([
      `zfs rename -u ${B} ${aside}`,
      `zfs rename -u ${next} ${B}`,
      `zfs set readonly=on ${B}`,
      `zfs set canmount=noauto ${aside}`,
    ])
    expect(all.at(-1)).toEndWith(`zfs set canmount=on ${B}`)
  })

  test('the lines after the first expect what the first has made', () => {
    const [first, ...others] = stepsOf(planned(diverged(swapOf(kids(400, 60)))), 'swap')
    const guid = backupSide([]).facts.guid
    expect(first?.expects).toContainEqual({ name: B, guid })
    expect(others.length).toBeGreaterThan(0)
    for (const { expects } of others)
      expect(expects).toEqual([
        { name: aside, guid },
        { name: `${B}@a`, guid: a.guid },
      ])
  })

  test('a quote in a word, and a word of its own line', () => {
    const long = ['x'.repeat(70_000)]
    expect(inLines([['a'], long, ['b']])).toEqual([[['a']], [long], [['b']]])
    expect(inLines([])).toEqual([[]])
    expect(inCommands(['a', 'b'], 0)).toEqual([['a', 'b']])
    expect(inCommands([], 0)).toEqual([])
    const quotes = Array.from({ length: 3000 }, () => ["it's", "''''"])
    for (const line of inLines(quotes))
      expect(splitBatch(line.map((argv, index) => ({ id: `${index}`, argv })))).toHaveLength(1)
  })

  test('holds: each line one command, and all snapshots in one of them', () => {
    const mine = Array.from({ length: 3000 }, (_, n) => taken(`own-${'z'.repeat(60)}-${n}`, 4, { createtxg: 999_000n }))
    const made = planned(inventoryOf(primarySide([a, b]), backupSide([a, ...mine])))
    const holds = stepsOf(made, 'hold')
    expect(holds.length).toBeGreaterThan(3)
    for (const { commands, optional } of holds) {
      expect([commands.length, optional]).toEqual([1, true])
      expect(splitBatch(commands.map(({ argv }) => ({ id: '0', argv })))).toHaveLength(1)
    }
    expect(holds.flatMap(({ commands }) => commands.flatMap(({ argv }) => argv.slice(5)))).toHaveLength(3000)
  })
})

describe('what ZFS would refuse is said before anything is begun', () => {
  test.each([
    ['/kid/', 'deep down', 200, null],
    ['/kid/', 'too deep', 230, 'NAME_TOO_LONG'],
    ['/kid@', 'a snapshot of a child', 230, 'NAME_TOO_LONG'],
  ])('%s… (%s, %d letters)', (begin, _, letters, code) => {
    const rest = `${begin}${'x'.repeat(letters)}`
    const made = planned(diverged(swapOf(kids(1, 3), 'on', rest)))
    expect(made.blocked?.code ?? null).toBe(code)
    if (code !== null) expect(made.blocked?.because).toContain(`${B}${rest}`)
    expect(made.steps.length > 0).toBe(code === null)
  })

  test('of a new seed: the name of the snapshot that comes first, beside the backup', () => {
    const long = { ...a, name: 'x'.repeat(220) }
    const made = planned(inventoryOf(primarySide([long, b]), backupSide([own])))
    expect(made).toMatchObject({ kind: 'IMPOSSIBLE', blocked: { code: 'NAME_TOO_LONG' } })
  })
})

describe('the way back', () => {
  const guid = backupSide([]).facts.guid

  test('stands behind the swap, expects everything in its place, and asks for no right that the plan does not need', () => {
    const made = planned(diverged(swapOf([])))
    const [undo] = stepsOf(made, 'undo')
    expect(undo).toMatchObject({
      commands: [{ host: 'hqs1', argv: ['sudo', '-n', 'zfs', 'promote', B] }],
      expects: [
        { name: B, guid },
        { name: `${next}@a`, guid: a.guid },
      ],
    })
    expect(undo?.title).toStartWith('Undo, only if ZFS refuses the swap before its first rename')
    const roles = made.steps.map((step) => (step.kind === 'commands' ? step.role : step.kind))
    expect(roles.indexOf('undo')).toBe(roles.lastIndexOf('swap') + 1)
  })

  test('a new seed has none: until its swap nothing of the backup has changed', () => {
    const made = planned(inventoryOf(primarySide([b]), backupSide([own])))
    expect(made.kind).toBe('SET_ASIDE_RESEED')
    expect(stepsOf(made, 'undo')).toEqual([])
  })

  const half = (swap: Inventory['swap'], over: Partial<Inventory> = {}) => {
    const left = sibling('next', null, undefined, { snapshots: [a] })
    const backup = backupSide([own], { origin: `${left.name}@a` })
    return inventoryOf(primarySide([a, b]), backup, { swap, backupSiblings: [left], ...over })
  }

  test('of a swap that was cut off after the promote, too', () => {
    const [undo] = stepsOf(planned(half(swapOf([]))), 'undo')
    expect(undo?.expects).toEqual([
      { name: B, guid },
      { name: `${sibling('next', null).name}@a`, guid: a.guid },
    ])
  })

  test('where its renames would be refused, the plan is the undo itself', () => {
    const made = planned(half(swapOf(kids(1, 3), 'on', `/${'x'.repeat(240)}`)))
    expect(made).toMatchObject({ kind: 'FINISH_SWAP', blocked: null, automatic: { allowed: true }, setAside: null })
    expect(commands(made)).toEqual([`zfs promote ${B}`])
    expect(made.outcome).toContain('will be undone')
  })

  test('where the name of its set-aside is taken by now, it gets another one', () => {
    const inventory = half(swapOf([]))
    const other = sibling('aside', null, '20261122T100000Z', { snapshots: [own] })
    const made = planned({ ...inventory, backupSiblings: [...(inventory.backupSiblings ?? []), other] })
    expect(made).toMatchObject({ kind: 'FINISH_SWAP', setAside: { name: aside } })
  })
})

describe('what is half a swap, and what a person has done', () => {
  const kid = { name: `${sibling('aside', null).name}/kid`, type: 'filesystem' as const, encryptionRoot: null }
  const record = (swap: 'over' | 'open' | 'settled' | 'unknown', canmount: 'on' | 'off' | null = null) => [
    { aside: sibling('aside', null).name, swap, canmount },
  ]
  const look = (over: Partial<Inventory>, more: object) =>
    inventoryOf(primarySide([a]), backupSide([a]), {
      ...over,
      backupSiblings: [sibling('aside', `${B}@a`, undefined, more)],
    })
  const quiet = swapOf([], 'noauto')
  const loud = swapOf([], 'on')
  const open = 'set-aside not finished'

  test.each([
    ['a child below it, by the journal open', { swap: quiet, swapRecords: record('open') }, { children: [kid] }, open],
    ['… by the journal over', { swap: quiet, swapRecords: record('over') }, { children: [kid] }, null],
    ['… nothing on record', { swap: quiet, swapRecords: record('unknown') }, { children: [kid] }, open],
    ['… the journal was not asked', { swap: quiet }, { children: [kid] }, open],
    ['… a repair since found nothing', { swap: quiet, swapRecords: record('settled') }, { children: [kid] }, null],
    ['… nothing on record, but the backup mounts itself', { swap: loud }, { children: [kid] }, null],
    ['… nothing on record, the backup not read', { swap: null }, { children: [kid] }, open],
    ['canmount=on, by the journal open', { swap: quiet, swapRecords: record('open') }, { canmount: 'on' }, open],
    ['… by the journal over', { swap: quiet, swapRecords: record('over') }, { canmount: 'on' }, null],
    ['… nothing on record', { swap: quiet }, { canmount: 'on' }, open],
    ['… nothing on record, but the backup mounts itself', { swap: loud }, { canmount: 'on' }, null],
    [
      'only the last command is missing, by the journal',
      { swap: quiet, swapRecords: record('open', 'on') },
      {},
      'canmount not set back',
    ],
    ['… the backup has it', { swap: loud, swapRecords: record('open', 'on') }, {}, null],
    ['… it was to have none', { swap: quiet, swapRecords: record('open') }, {}, null],
  ] as const)('%s: %#', (_, over, more, state) => {
    expect(halfDoneSwap(look(over, more))?.state ?? null).toBe(state)
  })

  test('canmount of the backup is set only where the journal says to what', () => {
    const made = (over: Partial<Inventory>) => commands(planned(look(over, { children: [kid], canmount: 'on' }))).join()
    expect(made({ swap: quiet })).not.toContain(`canmount=on ${B}`)
    expect(made({ swap: quiet, swapRecords: record('open', 'off') })).toContain(`zfs set canmount=off ${B}`)
  })

  test('a seed of an earlier stamp is recognised by the journal alone', () => {
    const there = [
      sibling('incoming', null, '20261120T100000Z', { snapshots: [a] }),
      sibling('aside', null, undefined, { snapshots: [own] }),
    ]
    const missing = (swapRecords: Inventory['swapRecords']) =>
      halfDoneSwap(inventoryOf(primarySide([a, b]), MISSING, { backupSiblings: there, swapRecords }))
    expect(missing(record('unknown'))).toBeNull()
    expect(missing(record('open'))).toMatchObject({ replacement: { name: there[0]?.name } })
  })
})
