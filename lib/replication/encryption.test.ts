import { describe, expect, test } from 'bun:test'
import type { Policy } from '#config/effective.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { isEmptyTarget } from './encryption.ts'
import { emptyMemory } from './memory.ts'
import {
  backupSide,
  codes,
  inventoryOf,
  judged,
  lines,
  MISSING,
  type PlanOver,
  planned,
  policyOf,
  primarySide,
  sibling,
  taken,
  tokenOf,
} from './testing/world.ts'
import type { Inventory, PresentSide, Side, SwapFacts } from './types/inventory.ts'
import type { Plan } from './types/plan.ts'
import type { LineMemory, Memory } from './types/verdict.ts'

const [a, b] = [taken('a', 60), taken('b', 40)]
const B = 'hqs1p1/DAT1'
const TOKEN = `1-abc-10-${'0'.repeat(32)}`
const encrypted = { encryption: 'aes-256-gcm', keyStatus: 'available', encryptionRoot: 'hqs8p1/DAT1' } as const
const locked = { encryption: 'aes-256-gcm', keyStatus: 'unavailable' } as const
const equal = new Map([[a.guid, { primary: '11', backup: '11' }]])
const differ = new Map([[a.guid, { primary: '11', backup: '12' }]])
const nothing = new Map([[a.guid, { primary: '11', backup: '-' }]])
const withRaw = (raw: Policy['send']['raw']) => policyOf({ send: { raw, largeBlocks: false, compressed: false } })
const line = (raw: boolean, decrypted = false): LineMemory => ({ raw, decrypted })

/** `raw`, `decrypted`, `by a person` (decrypted, and never by itself), or why nothing is sent. */
function sent({ steps, blocked, automatic, decrypts, notes }: Plan, inventory: Inventory, over: PlanOver): string {
  const reason = judged(inventory, {
    policy: over.policy ?? policyOf(),
    memory: over.memory ?? emptyMemory(),
    ...(over.line && { line: over.line }),
  }).reasons
  const why = reason.find(({ code }) => code === 'ENCRYPTION_MISMATCH')?.evidence.why
  const sends = steps.flatMap((step) => (step.kind === 'transfer' ? [step.source.argv] : []))
  if (blocked !== null) {
    expect(sends).toEqual([])
    expect(blocked.cure.length).toBeGreaterThan(10)
    return `${why}`
  }
  const raw = sends.every((argv) => argv.includes('-w'))
  const isEncrypted = inventory.primary.state === 'present' && inventory.primary.facts.encryption !== 'off'
  // What would become readable is said of every plan that is not raw.
  expect(decrypts !== undefined).toBe(isEncrypted && !raw)
  if (decrypts !== undefined) expect(notes[0]).toBe(decrypts)
  if (why === undefined) return raw ? 'raw' : 'decrypted'
  expect([why, raw, automatic.allowed, automatic.code]).toEqual(['not-decided', false, false, 'NEEDS_PERSON'])
  expect(automatic.because).toContain(decrypts ?? 'nothing')
  return 'by a person'
}

/** Where it stands in the tree of encryption roots, and whether a key is loaded, says nothing of how it was received. */
const ROOTS = [
  { ...locked, encryptionRoot: B },
  { ...locked, encryptionRoot: 'hqs1p1' },
  { ...locked, keyStatus: 'available', encryptionRoot: B },
  { ...locked, keyStatus: 'available', encryptionRoot: 'hqs1p1' },
] as const

describe('an encrypted primary', () => {
  const rows: readonly [string, Side, Inventory['ivSets'], Policy['send']['raw'], boolean, string][] = [
    ['a new backup', MISSING, undefined, 'auto', false, 'raw'],
    ['a new backup', MISSING, undefined, true, false, 'raw'],
    ['a new backup', MISSING, undefined, false, false, 'by a person'],
    ['a new backup in the place of a raw one', MISSING, undefined, false, true, 'by a person'],
    ['not encrypted there', backupSide([a]), undefined, 'auto', false, 'raw-onto-plain'],
    ['not encrypted there', backupSide([a]), undefined, true, false, 'raw-onto-plain'],
    ['not encrypted there', backupSide([a]), undefined, false, false, 'by a person'],
    ['not encrypted there, and was', backupSide([a]), undefined, 'auto', true, 'raw-onto-plain'],
    ['not encrypted there, and was', backupSide([a]), undefined, false, true, 'line-is-raw'],
    ...ROOTS.flatMap((root): typeof rows => {
      const name = `root ${root.encryptionRoot}, key ${root.keyStatus}`
      const there = backupSide([a], root)
      const open = root.keyStatus === 'available' ? 'by a person' : 'backup-key-unavailable'
      return [
        [`${name}, equal`, there, equal, 'auto', false, 'raw'],
        [`${name}, equal`, there, equal, true, false, 'raw'],
        [`${name}, equal`, there, equal, false, false, 'line-is-raw'],
        [`${name}, differ`, there, differ, 'auto', false, 'iv-sets-differ'],
        [`${name}, differ`, there, differ, true, false, 'iv-sets-differ'],
        [`${name}, differ`, there, differ, false, false, open],
        [`${name}, differ, ever raw`, there, differ, 'auto', true, 'iv-sets-differ'],
        [`${name}, differ, ever raw`, there, differ, false, true, 'line-is-raw'],
        [`${name}, unread`, there, undefined, 'auto', false, 'iv-sets-unread'],
        [`${name}, unread`, there, undefined, true, false, 'raw'],
        [`${name}, unread`, there, undefined, false, false, 'iv-sets-unread'],
        [`${name}, unread, ever raw`, there, undefined, 'auto', true, 'raw'],
        [`${name}, unread, ever raw`, there, undefined, false, true, 'line-is-raw'],
        [`${name}, none there`, there, nothing, 'auto', false, 'iv-sets-unread'],
      ]
    }),
  ]
  test.each(rows)('%s', (_name, there, ivSets, raw, everRaw, expected) => {
    const inventory = inventoryOf(primarySide([a, b], [], encrypted), there, { ...(ivSets && { ivSets }) })
    const over = { policy: withRaw(raw), line: line(everRaw) }
    expect(sent(planned(inventory, over), inventory, over)).toBe(expected)
  })

  test('by `auto` nothing that a backup says sends it decrypted', () => {
    for (const [, there, ivSets, raw, everRaw] of rows.filter(([, , , raw]) => raw !== false)) {
      const inventory = inventoryOf(primarySide([a, b], [], encrypted), there, { ...(ivSets && { ivSets }) })
      const made = planned(inventory, { policy: withRaw(raw), line: line(everRaw) })
      for (const line of lines(made)) expect(line.includes('send') && !line.includes(' -w ')).toBe(false)
    }
  })

  test('of a line that is raw no advice speaks of the backup’s key, or of sending it decrypted', () => {
    for (const [name, there, ivSets, raw, everRaw] of rows) {
      if (!everRaw && ivSets !== equal) continue
      const inventory = inventoryOf(primarySide([a, b], [], encrypted), there, { ...(ivSets && { ivSets }) })
      const { reasons } = judged(inventory, { policy: withRaw(raw), line: line(everRaw) })
      const action = reasons.find(({ code }) => code === 'ENCRYPTION_MISMATCH')?.action ?? ''
      expect([name, action]).toEqual([name, expect.not.stringMatching(/load-key|raw: false/)])
    }
  })

  test('what a person has decided of this backup goes on by itself; where the line is raw, that decides nothing', () => {
    for (const [name, there, ivSets, raw, everRaw, expected] of rows) {
      const inventory = inventoryOf(primarySide([a, b], [], encrypted), there, { ...(ivSets && { ivSets }) })
      const over = { policy: withRaw(raw), line: line(everRaw, true) }
      const found = sent(planned(inventory, over), inventory, over)
      // Raw or refused stays what it is: the word counts where nothing else is against it.
      if (expected === 'by a person') expect([name, found]).toEqual([name, 'decrypted'])
      else if (raw !== false || ivSets === equal) expect([name, found]).toEqual([name, expected])
    }
  })

  test('what becomes readable, for whom and where, is said in one sentence everywhere', () => {
    const inventory = inventoryOf(primarySide([a, b], [], encrypted), MISSING)
    const over = { policy: withRaw(false), line: line(true) }
    const { reasons } = judged(inventory, over)
    const reason = reasons.find(({ code }) => code === 'ENCRYPTION_MISMATCH')
    const sentence =
      'hqs8p1/DAT1 is encrypted, and by `send.raw: false` it leaves hqs8 decrypted: all that is in it and in its snapshots becomes readable on hqs1, in hqs1p1/DAT1, for whoever is root there or gets its disks. Until now it went there raw, and nobody there could read it.'
    expect(planned(inventory, over).decrypts).toBe(sentence)
    expect(reason?.message).toBe(`${sentence} No person has decided that for this backup yet.`)
    expect(reason?.action).toContain('`zwitness repair`')
    const open = backupSide([a], { ...encrypted, encryptionRoot: 'hqs1p1' })
    const there = inventoryOf(primarySide([a, b], [], encrypted), open, { ivSets: differ })
    expect(planned(there, { policy: withRaw(false) }).decrypts).toContain('while the key of hqs1p1 is loaded.')
  })

  test('of one that went there raw its host says by now that it is not encrypted: nothing is sent', () => {
    for (const raw of ['auto', true, false] as const) {
      const inventory = inventoryOf(primarySide([a, b]), backupSide([a]))
      const over = { policy: withRaw(raw), line: line(true, true) }
      expect(sent(planned(inventory, over), inventory, over)).toBe('primary-says-plain')
    }
  })
})

describe('one that is not encrypted', () => {
  test.each([
    ['into a plain backup', backupSide([a]), 'decrypted'],
    ['into one with a loaded key', backupSide([a], { ...encrypted, encryptionRoot: 'hqs1p1' }), 'decrypted'],
    ['into one whose key is missing', backupSide([a], { ...locked, encryptionRoot: B }), 'backup-key-unavailable'],
  ])('%s', (_name, there, expected) => {
    const inventory = inventoryOf(primarySide([a, b]), there)
    expect(sent(planned(inventory), inventory, {})).toBe(expected)
  })

  const above = (primary: string, keyStatus: 'available' | 'unavailable' | null): Inventory['above'] => ({
    primary: { name: 'hqs8p1', encryption: primary, keyStatus: primary === 'off' ? null : 'available' },
    backup: { name: 'hqs1p1', encryption: keyStatus === null ? 'off' : 'aes-256-gcm', keyStatus },
  })
  test.each([
    ['below one that is not', above('off', null), 'receive -s -u -o readonly=on hqs1p1/DAT1'],
    ['below one whose key is loaded', above('aes-256-gcm', 'available'), 'receive -s -u -o readonly=on hqs1p1/DAT1'],
    [
      'on purpose below an encrypted one',
      above('aes-256-gcm', 'unavailable'),
      'receive -s -u -o readonly=on -o encryption=off hqs1p1/DAT1',
    ],
    ['not read', undefined, 'receive -s -u -o readonly=on hqs1p1/DAT1'],
  ] as const)('its new backup: %s', (_name, found, command) => {
    const made = planned(inventoryOf(primarySide([a]), MISSING, { ...(found && { above: found }) }))
    expect(lines(made).find((line) => line.includes('receive'))).toEndWith(command)
  })

  test('nobody has asked for it to lie there unencrypted: a person decides, and what to do is said', () => {
    const inventory = inventoryOf(primarySide([a]), MISSING, { above: above('off', 'unavailable') })
    const made = planned(inventory)
    expect(sent(made, inventory, {})).toBe('plain-below-encrypted')
    expect(made.automatic).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
    expect(made.blocked?.cure).toContain(`-o encryption=off ${B}`)
    expect(made.blocked?.cure).not.toContain('load-key')
  })

  test('one that a person has begun to receive there is resumed; what can no longer be resumed waits for a person again', () => {
    const there = backupSide([], { receiveResumeToken: TOKEN })
    const token = tokenOf(a)
    const inventory = inventoryOf(primarySide([a]), there, { above: above('off', 'unavailable'), token })
    expect(planned(inventory)).toMatchObject({ kind: 'RESUME', blocked: null })
    expect(codes(judged(inventory))).not.toContain('ENCRYPTION_MISMATCH')
    const stale = { ...inventory, token: { ...token, toGuid: '4711' } }
    expect(sent(planned(stale), stale, {})).toBe('plain-below-encrypted')
  })

  test('a new line beside a backup is received in the same way', () => {
    const own = taken('own', 50)
    const inventory = inventoryOf(primarySide([a]), backupSide([own]), { above: above('aes-256-gcm', 'unavailable') })
    const made = planned(inventory)
    expect(made.kind).toBe('SET_ASIDE_RESEED')
    expect(lines(made).find((line) => line.includes('receive'))).toContain('-o encryption=off')
  })
})

describe('a partial receive', () => {
  const kindOf = (raw: boolean, policy: Policy, ivSets: Inventory['ivSets'], memory = emptyMemory()) => {
    const there = backupSide([a], { ...locked, encryptionRoot: B, receiveResumeToken: TOKEN })
    const token = tokenOf(b, a, { flags: { raw } })
    return planned(inventoryOf(primarySide([a, b], [], encrypted), there, { token, ...(ivSets && { ivSets }) }), {
      policy,
      memory,
      options: { ownToken: true },
    })
  }
  test.each([
    ['raw on a raw line', true, 'auto', equal, 'RESUME'],
    ['not raw on a raw line', false, 'auto', equal, 'SET_ASIDE_REWIND'],
    ['not raw, raw by policy', false, true, equal, 'SET_ASIDE_REWIND'],
    ['not raw, and what the line is could not be read', false, 'auto', undefined, 'IMPOSSIBLE'],
    ['not raw, and the base is not raw either', false, 'auto', differ, 'IMPOSSIBLE'],
    ['not raw, decrypted by policy, on a raw line', false, false, equal, 'IMPOSSIBLE'],
  ] as const)('%s: %s', (_name, raw, wish, ivSets, kind) => {
    const made = kindOf(raw, withRaw(wish), ivSets)
    expect(made.kind).toBe(kind)
    for (const line of lines(made)) expect(line.includes('send') && !/ -w | -t /.test(line)).toBe(false)
    if (!raw) expect(lines(made).some((line) => line.includes(' -t '))).toBe(false)
  })

  const large = { send: { raw: 'auto', largeBlocks: true, compressed: true } } as const
  test.each<[string, Parameters<typeof tokenOf>[2], Partial<Policy>, Partial<Memory>, string | null]>([
    ['as a new stream would be', { flags: {} }, {}, {}, null],
    [
      'compressed, and this line is not',
      { flags: { compressed: true } },
      {},
      {},
      'it was sent compressed, and this line is not',
    ],
    ['not compressed', { flags: {} }, large, {}, 'it was not sent compressed, and this line is'],
    ['compressed', { flags: { compressed: true } }, large, {}, null],
    ['with large blocks', { flags: { compressed: true, largeBlocks: true } }, large, {}, null],
    ['with large blocks that were learned', { flags: { largeBlocks: true } }, {}, { largeBlocks: true }, null],
    [
      'without the large blocks that the line has',
      { flags: {} },
      {},
      { largeBlocks: true },
      'it was not sent with large blocks, and this line is',
    ],
    [
      'with large blocks, and this line is not',
      { flags: { largeBlocks: true } },
      {},
      {},
      'it was sent with large blocks, and this line is not',
    ],
    [
      'with embedded blocks',
      { flags: { embedded: true } },
      {},
      {},
      'it was sent with embedded blocks, and this line is not',
    ],
    [
      'raw, though nothing is encrypted',
      { flags: { raw: true, compressed: true } },
      {},
      {},
      'it was sent raw, and this line is not',
    ],
    [
      'of another dataset with the same snapshot',
      { sends: { from: 'hqs8p1/DAT1@a', to: 'hqs8p1/COPY@b' } },
      {},
      {},
      'by its token hqs8 would send hqs8p1/COPY@b, which is not of hqs8p1/DAT1',
    ],
    [
      'from another dataset',
      { sends: { from: 'hqs8p1/SECRET@a', to: 'hqs8p1/DAT1@b' } },
      {},
      {},
      'it starts from hqs8p1/SECRET@a, which is not of hqs8p1/DAT1',
    ],
    [
      'in full, says its host, and the token has a base',
      { sends: { from: null, to: 'hqs8p1/DAT1@b' } },
      {},
      {},
      'its token and hqs8 do not agree on where it starts',
    ],
  ])('is resumed only where its flags are those of a new stream: %s', (_name, over, wish, known, because) => {
    const there = backupSide([a], { receiveResumeToken: TOKEN })
    const inventory = inventoryOf(primarySide([a, b]), there, { token: tokenOf(b, a, over) })
    const memory = { ...emptyMemory(), ...known }
    const made = planned(inventory, { policy: policyOf(wish), memory, options: { ownToken: true } })
    expect(made.kind).toBe(because === null ? 'RESUME' : 'SET_ASIDE_REWIND')
    expect(lines(made).some((line) => line.includes(' -t '))).toBe(because === null)
    if (because !== null) expect(made.notes.join(' ')).toContain(`can no longer be resumed (${because})`)
  })

  test('of a backup without any snapshot: raw is resumed, anything else makes room for a new seed', () => {
    const first = (raw: boolean) =>
      planned(
        inventoryOf(primarySide([a, b], [], encrypted), backupSide([], { receiveResumeToken: TOKEN }), {
          token: tokenOf(b, null, { flags: { raw } }),
        }),
        { policy: withRaw('auto'), options: { ownToken: true } },
      )
    expect(first(true).kind).toBe('RESUME')
    expect(first(false)).toMatchObject({ kind: 'SET_ASIDE_RESEED', blocked: null })
    expect(lines(first(false)).some((line) => line.includes(' -t '))).toBe(false)
  })

  test('of a seed beside the backup that was sent otherwise is left lying', () => {
    const own = taken('own', 50)
    const begun = sibling('incoming', null, '20261122T100000Z', { receiveResumeToken: TOKEN })
    const beside = (raw: boolean) =>
      planned(
        inventoryOf(primarySide([a, b], [], encrypted), backupSide([own]), {
          backupSiblings: [begun],
          incomingToken: { name: begun.name, facts: tokenOf(b, null, { flags: { raw } }) },
        }),
      )
    expect(lines(beside(true)).some((line) => line.includes(' -t '))).toBe(true)
    expect(lines(beside(false)).some((line) => line.includes(' -t '))).toBe(false)
  })
})

describe('a backup that is an encryption root with its key loaded', () => {
  const own = taken('own', 30)
  const open = { ...locked, keyStatus: 'available', encryptionRoot: B } as const
  const memory = { ...emptyMemory(), common: { guid: a.guid, at: 1, backupGuid: backupSide([]).facts.guid } }
  const diverged = (primary: object, ivSets: Inventory['ivSets']) =>
    inventoryOf(primarySide([a, b], [], primary), backupSide([a, own], open), { ...(ivSets && { ivSets }) })

  test.each([
    ['fed from one that is not encrypted', {}, undefined, 'auto', false],
    ['fed decrypted from an encrypted one', encrypted, differ, false, false],
    ['fed raw', encrypted, equal, 'auto', true],
  ] as const)('%s: may it be set aside by itself?', (_name, primary, ivSets, raw, allowed) => {
    const made = planned(diverged(primary, ivSets), { policy: withRaw(raw), memory, line: line(false, true) })
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null, automatic: { allowed } })
    if (!allowed) expect(made.automatic.because).toContain('would unload the key')
  })
})

test('in place too, nothing is sent decrypted by itself', () => {
  const own = taken('own', 30)
  const inventory = inventoryOf(primarySide([a, b], [], encrypted), backupSide([a, own]))
  expect(planned(inventory, { options: { strategy: 'IN_PLACE' } }).blocked?.code).toBe('ENCRYPTION_MISMATCH')
})

test('own snapshots without any change stand in the way of a raw line, and of no other', () => {
  const own = taken('own', 30)
  const there = backupSide([a, own], { ...locked, encryptionRoot: 'hqs1p1' })
  const of = (ivSets: Inventory['ivSets'], raw: Policy['send']['raw']) =>
    codes(
      judged(
        inventoryOf(primarySide([a, b], [], encrypted), there, { writtenSinceBase: 0, ...(ivSets && { ivSets }) }),
        { policy: withRaw(raw) },
      ),
    )
  expect(of(equal, 'auto')).toContain('BACKUP_AHEAD')
  expect(of(differ, 'auto')).toContain('EXTRA_ON_BACKUP')
})

const SWAP: SwapFacts = { children: [], local: [], canmount: 'on', shared: false, logicalBytes: 43_008 }
const CHILD = { name: 'hqs1p1/x/child', type: 'filesystem', encryptionRoot: null } as const
const mine = taken('mine', 1)

interface Change {
  readonly facts?: Partial<DatasetFacts>
  readonly side?: Partial<PresentSide>
  readonly swap?: Partial<SwapFacts> | null
  readonly primary?: Partial<DatasetFacts>
}
const own = { encryption: 'aes-256-gcm', encryptionRoot: 'hqs1p1/x', name: 'hqs1p1/x', keyStatus: 'available' } as const

test.each<[string, Change, boolean]>([
  ['a filesystem', {}, true],
  ['on sectors of 512 bytes', { swap: { logicalBytes: 12_288 } }, true],
  ['a volume', { facts: { type: 'volume' }, swap: { logicalBytes: 28_672, canmount: null } }, true],
  ['a volume with the bytes of a filesystem', { facts: { type: 'volume' } }, false],
  ['one that inherits its key', { facts: { ...own, encryptionRoot: 'hqs1p1' }, swap: { logicalBytes: 70_656 } }, true],
  ['one with its own key, of a plain primary', { facts: own, swap: { logicalBytes: 70_656 } }, false],
  [
    'one with its own key, for a raw stream',
    { facts: own, swap: { logicalBytes: 70_656 }, primary: { encryption: 'aes-256-gcm', keyStatus: 'available' } },
    true,
  ],
  ['a file of one byte', { swap: { logicalBytes: 43_520 } }, false],
  ['less than anything we know', { swap: { logicalBytes: 0 } }, false],
  ['not read', { swap: { logicalBytes: null } }, false],
  ['nothing read', { swap: null }, false],
  ['a snapshot', { side: { snapshots: [mine] } }, false],
  ['a bookmark', { side: { bookmarks: [{ name: 'b', guid: '7', createtxg: 7n, creation: 7 }] } }, false],
  ['the remainder of a transfer', { facts: { receiveResumeToken: '1-abc' } }, false],
  ['a clone', { facts: { origin: 'hqs1p1/other@a' } }, false],
  ['shared', { swap: { shared: true } }, false],
  ['something below it', { swap: { children: [CHILD] } }, false],
  ['a place that we made', { facts: { readonly: true }, swap: { children: [CHILD], canmount: 'off' } }, true],
  [
    'such a place that is mounted',
    { facts: { readonly: true, mounted: true }, swap: { children: [CHILD], canmount: 'off' } },
    false,
  ],
])('%s', (_name, { facts, side, swap, primary }, expected) => {
  const backup = { ...backupSide([], facts), ...side }
  const facts_ = swap === null ? null : { ...SWAP, ...swap }
  const inventory = { ...inventoryOf(primarySide([mine], [], primary), backup), swap: facts_ }
  expect(isEmptyTarget({ inventory }, policyOf())).toBe(expected)
})
