import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import {
  backupSide,
  bookmarked,
  inventoryOf,
  MAPPING,
  MISSING,
  planned,
  policyOf,
  primarySide,
  sibling,
  taken,
  tokenOf,
} from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'
import type { HostCommand, Plan } from './types/plan.ts'

/*
 * Whatever a backup says, its primary is asked for nothing but streams of its own dataset, between snapshots and bookmarks of
 * its own, and raw where it is encrypted; whatever a primary says, nothing is done beside the backup of the mapping.
 */

const P = MAPPING.primary.dataset
const B = MAPPING.backup.dataset
const [a, b, c] = [taken('a', 60), taken('b', 40), taken('c', 20)]
const gone = taken('gone', 70)
const encrypted = { encryption: 'aes-256-gcm', keyStatus: 'available', encryptionRoot: P } as const

/** Honest, renamed, of other SANs, and what would be an option or another dataset if it were taken for more than a name. */
const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'gone', '-F', 'own', 'c d', 'x:id', '-w')
const guid = fc.constantFrom(a.guid, b.guid, c.guid, gone.guid, '4711', '18446744073709551615')
const snapshot = fc.record({
  name,
  guid,
  txg: fc.bigInt(0n, 2n ** 64n - 1n),
  hoursAgo: fc.integer({ min: 0, max: 90 }),
})
/** As an honest backup lists them. */
const honest = [gone, a, b].map((each) => ({ name: each.name, guid: each.guid, txg: each.createtxg, hoursAgo: 60 }))
const place = fc.constantFrom(P, P, 'hqs8p1/SECRET')
const flags = fc.record({
  raw: fc.boolean(),
  compressed: fc.constantFrom(true, true, true, false),
  largeBlocks: fc.boolean(),
  embedded: fc.constantFrom(false, false, false, true),
})
const token = fc.record({
  to: fc.record({ name, guid }),
  from: fc.option(fc.record({ name, guid })),
  flags,
  sends: fc.record({ to: place, from: place }),
})
const world = fc.record({
  /** A transfer of c that was cut off: only how it would be sent is in doubt. */
  cut: fc.constantFrom(false, false, true),
  encrypted: fc.boolean(),
  raw: fc.constantFrom('auto' as const, true, false),
  line: fc.record({ raw: fc.boolean(), decrypted: fc.boolean() }),
  missing: fc.constantFrom(false, false, false, true),
  snapshots: fc.oneof(
    fc.subarray(honest, { minLength: 1 }),
    // Only what is a bookmark on the primary by now.
    fc.constant(honest.slice(0, 1)),
    fc.array(snapshot, { maxLength: 6 }),
  ),
  encryption: fc.constantFrom('off', 'aes-256-gcm', 'aes-256-gcm'),
  key: fc.constantFrom('available' as const, 'unavailable' as const),
  ivSets: fc.constantFrom('11', '11', '12', '-'),
  token: fc.option(token, { freq: 2 }),
  beside: fc.option(token),
  written: fc.constantFrom(0, 0, 0, 5000),
  rights: fc.constantFrom('all' as const, null),
  strategy: fc.constantFrom('SET_ASIDE' as const, 'SET_ASIDE' as const, 'IN_PLACE' as const),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const facts = ({ to, from, flags, sends }: NonNullable<World['token']>) =>
  tokenOf(to, from, {
    flags,
    sends: { to: `${sends.to}@${to.name}`, from: from === null ? null : `${sends.from}@${from.name}` },
  })

function inventory(said: World): Inventory {
  const cutOff = { flags: said.token?.flags ?? said.beside?.flags, to: c, from: b, sends: { to: P, from: P } }
  const w =
    said.cut && cutOff.flags !== undefined
      ? { ...said, missing: false, snapshots: honest, written: 0, token: { ...cutOff, flags: cutOff.flags } }
      : said
  const entry = (each: World['snapshots'][number]): SnapshotEntry =>
    taken(each.name, each.hoursAgo, { guid: each.guid, createtxg: each.txg })
  const receiveResumeToken = w.token === null ? null : '1-abc-80-789c'
  const locked = { encryption: w.encryption, keyStatus: w.encryption === 'off' ? null : w.key, encryptionRoot: B }
  const there = backupSide(w.snapshots.map(entry), { ...locked, receiveResumeToken, written: w.written })
  const here = primarySide([a, b, c], [bookmarked(gone)], w.encrypted ? encrypted : {})
  const cut = sibling('incoming', null, undefined, { receiveResumeToken: '1-abc-80-789d' })
  return inventoryOf(here, w.missing ? MISSING : there, {
    token: w.token === null ? null : facts(w.token),
    ivSets: new Map([a, b, c, gone].map((each) => [each.guid, { primary: '11', backup: w.ivSets }])),
    ...(w.beside === null ? {} : { backupSiblings: [cut], incomingToken: { name: cut.name, facts: facts(w.beside) } }),
    rights: { primary: w.rights, backup: w.rights },
  })
}

function commandsOn(host: string, { steps }: Plan): readonly (readonly string[])[] {
  const all = steps.flatMap((step): readonly HostCommand[] => {
    if (step.kind === 'verify') return []
    if (step.kind === 'bookmark') return [step.command]
    return step.kind === 'commands' ? step.commands : [step.source, step.sink]
  })
  return all.filter((each) => each.host === host).map(({ argv }) => argv.slice(argv.indexOf('zfs') + 1))
}

test('a backup can say what it likes: its primary sends nothing that an honest one would not have been sent', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(world, (w) => {
      const policy = policyOf({ send: { raw: w.raw, largeBlocks: true, compressed: true } })
      const look = inventory(w)
      const plan = planned(look, { policy, line: w.line, options: { ownToken: true, strategy: w.strategy } })
      seen.set(plan.kind, (seen.get(plan.kind) ?? 0) + 1)
      const own = new Set([...[a, b, c].map((each) => `${P}@${each.name}`), `${P}#mark-gone`])
      for (const [verb = '', ...words] of commandsOn(MAPPING.primary.host, plan)) {
        expect(['send', 'bookmark', 'hold', 'release']).toContain(verb)
        if (verb === 'bookmark') expect(words[1]).toStartWith(`${P}#zw-`)
        const operands = verb === 'bookmark' ? words.slice(0, 1) : words.filter((word) => /[@#]/.test(word))
        for (const operand of operands) expect(own).toContain(operand)
        if (verb !== 'send') continue
        const resumed = words.includes('-t')
        if (resumed) expectHonest([look.token, look.incomingToken?.facts ?? null], words.at(-1) ?? '', look)
        const isRaw = words.includes('-w') || resumed
        if (w.encrypted && w.raw !== false) expect(isRaw).toBe(true)
        // By policy decrypted: by itself only what a person has decided.
        else if (w.encrypted && !words.includes('-w')) expect(plan.automatic.allowed && !w.line.decrypted).toBe(false)
      }
    }),
    { numRuns: 1500 },
  )
  // The generator reaches what it is meant for.
  for (const kind of ['INCREMENTAL', 'RESUME', 'SEED', 'SET_ASIDE_RESEED', 'SET_ASIDE_REWIND', 'FROM_BOOKMARK'])
    expect([kind, (seen.get(kind) ?? 0) > 0]).toEqual([kind, true])
})

/** A token that is used says that it is sent as a new stream would be, and of this very dataset. */
function expectHonest(tokens: readonly Inventory['token'][], word: string, { primary, backup }: Inventory): void {
  const stored = backup.state === 'present' && backup.facts.receiveResumeToken === word
  const used = stored ? tokens[0] : tokens[1]
  if (used == null || 'unusable' in used) throw new Error('A token was used that was not read.')
  const isEncrypted = primary.state === 'present' && primary.facts.encryption !== 'off'
  expect(used.sends.to).toStartWith(`${P}@`)
  if (used.sends.from !== null) expect(used.sends.from).toStartWith(`${P}@`)
  expect(used.flags).toMatchObject({ compressed: true, embedded: false })
  if (!isEncrypted) expect(used.flags.raw).toBe(false)
}

test('a primary can call its snapshots what it likes: nothing is done beside the backup of the mapping', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', '-F', 'x;id', '%recv', 'a/b', '..', '$(id)', 'own', "q'"), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(names, fc.boolean(), fc.boolean(), (called, missing, diverged) => {
      const here = called.map((each, at) => taken(each, 80 - at * 10, { guid: `${100 + at}` }))
      const there = [...here.slice(0, 1), ...(diverged ? [taken('own', 5)] : [])]
      const look = inventoryOf(primarySide(here), missing ? MISSING : backupSide(there), {
        rights: { primary: 'all', backup: 'all' },
      })
      let plan: Plan
      try {
        plan = planned(look)
      } catch (error) {
        // A name that no command can carry makes this dataset INTERNAL.
        expect(String(error)).toContain('Unsafe')
        return
      }
      for (const [, ...words] of commandsOn(MAPPING.backup.host, plan))
        for (const word of words.filter((each) => each.includes('/')))
          expect([word, word === B || /^hqs1p1\/DAT1[@.]/.test(word)]).toEqual([word, true])
    }),
    { numRuns: 1000 },
  )
})
