import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { HostReading, Sans } from '#lib/engine/ports.ts'
import { Bed } from './bed.ts'

/*
 * Random worlds with one dataset at which something fails: an answer that is nonsense, a call that throws or never comes
 * back, a row that the store refuses. All others must be judged and repaired as if it were not there.
 */

const BAD = 'bad-one'
const STATES = ['in step', 'behind', 'missing', 'diverged', 'ahead', 'nothing in common', 'cut off', 'empty'] as const
type State = (typeof STATES)[number]

/** Each wherever a call is about the poisoned dataset. */
const SAN_CALLS = ['beside', 'swapProperties', 'writtenSince', 'token', 'estimate', 'rights', 'command'] as const
const STORE_CALLS = ['setPrimaryGuid', 'saveStates', 'addLag', 'createRun', 'recentRepairs', 'actions'] as const
const NONSENSE: readonly unknown[] = [
  null,
  {},
  { state: 'nonsense' },
  { state: 'present' },
  { state: 'present', facts: null, snapshots: [], bookmarks: [] },
  { state: 'present', facts: { name: 7 }, snapshots: null, bookmarks: {} },
  { state: 'present', facts: { guid: '1' }, snapshots: [{ name: null, guid: {}, createtxg: 'x' }], bookmarks: [] },
  { state: 'unknown' },
]

type Poison =
  | { readonly kind: 'throws'; readonly call: (typeof SAN_CALLS)[number] | (typeof STORE_CALLS)[number] }
  | { readonly kind: 'hangs'; readonly call: 'token' }
  | { readonly kind: 'nonsense'; readonly side: number; readonly host: 'primary' | 'backup' }

interface World {
  readonly others: readonly { readonly backup: 'b' | 'c'; readonly state: State }[]
  readonly children: readonly State[]
  readonly bad: { readonly inTree: boolean; readonly state: State }
}

const state = fc.constantFrom(...STATES)
const worlds: fc.Arbitrary<World> = fc.record({
  others: fc.array(fc.record({ backup: fc.constantFrom('b' as const, 'c' as const), state }), {
    minLength: 1,
    maxLength: 4,
  }),
  children: fc.array(state, { maxLength: 2 }),
  bad: fc.record({ inTree: fc.boolean(), state }),
})
const poisons: fc.Arbitrary<Poison> = fc.oneof(
  fc.record({ kind: fc.constant('throws' as const), call: fc.constantFrom(...SAN_CALLS, ...STORE_CALLS) }),
  fc.record({ kind: fc.constant('hangs' as const), call: fc.constant('token' as const) }),
  fc.record({
    kind: fc.constant('nonsense' as const),
    side: fc.nat(NONSENSE.length - 1),
    host: fc.constantFrom('primary' as const, 'backup' as const),
  }),
)

/** Told of every call; it may throw. */
class Dose {
  hits = 0
  active = false
  readonly #poison: Poison | null

  constructor(poison: Poison | null) {
    this.#poison = poison
  }

  /** True: the call never comes back. */
  atCall(call: string, words: unknown): boolean {
    const poison = this.#poison
    if (!this.active || poison === null || poison.kind === 'nonsense') return false
    const same = poison.call === call || (poison.call === 'saveStates' && call === 'saveState')
    if (!same || !mentions(words)) return false
    this.hits++
    if (poison.kind === 'throws') throw new Error(`${call} is poisoned.`)
    return true
  }

  reading(reading: HostReading): HostReading {
    const poison = this.#poison
    if (!this.active || poison?.kind !== 'nonsense' || !reading.reached) return reading
    if ((reading.host === 'a') !== (poison.host === 'primary')) return reading
    const sides = new Map(
      [...reading.sides].map(([name, side]) => {
        if (!name.endsWith(BAD)) return [name, side] as const
        this.hits++
        return [name, NONSENSE[poison.side] as never] as const
      }),
    )
    return { ...reading, sides }
  }
}

function mentions(words: unknown): boolean {
  // A repair of it, not a check of several that it is among.
  const text = JSON.stringify(words, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  return text.includes(BAD) && !text.includes('"kind":"SCAN"') && !text.includes('"kind":"CHECK"')
}

function poisoned(sans: Sans, dose: Dose): Sans {
  const wrapped = Object.fromEntries(
    Object.entries(sans).map(([call, work]) => [
      call,
      (...words: unknown[]) =>
        dose.atCall(call, words) ? new Promise(() => {}) : (work as (...words: unknown[]) => unknown)(...words),
    ]),
  ) as unknown as Sans
  return {
    ...wrapped,
    async read(wants, options) {
      const readings = await sans.read(wants, options)
      return new Map([...readings].map(([host, reading]) => [host, dose.reading(reading)]))
    },
  }
}

interface Found {
  /** Health and reasons of each dataset, by the primary's name. */
  readonly verdicts: Readonly<Record<string, string>>
  readonly scans: readonly (string | undefined)[]
  readonly hits: number
}

async function live(world: World, poison: Poison | null): Promise<Found> {
  const dose = new Dose(poison)
  const names = world.others.map((_, index) => `d${index}`)
  const bad = world.bad.inTree ? `tree/${BAD}` : BAD
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
      { id: 'c', pool: 'safe' },
    ],
    mappings: [
      ...world.others.map(({ backup }, index) => ({ name: names[index] ?? '', primary: 'a', backup })),
      { name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true } },
      ...(world.bad.inTree ? [] : [{ name: BAD, primary: 'a', backup: 'b' }]),
    ],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
    limits: { retries: 1 },
    between: (sans) => poisoned(sans, dose),
    storeRefuses: (call, words) => dose.atCall(call, words),
  })
  try {
    const put = (name: string, backup: 'b' | 'c', in_: State) => place(bed, name, backup, in_)
    put('tree', 'b', 'in step')
    for (const [index, { backup, state }] of world.others.entries()) put(names[index] ?? '', backup, state)
    for (const [index, state] of world.children.entries()) put(`tree/c${index}`, 'b', state)
    put(bad, 'b', world.bad.state)
    await bed.start()
    dose.active = true
    const scans: (string | undefined)[] = []
    for (let check = 0; check < 5; check++) {
      scans.push((await bed.look())?.state)
      await bed.idle()
      bed.faults.clear()
      await bed.clock.pass(3600_000)
    }
    dose.hits = 0
    scans.push((await bed.look())?.state)
    const verdicts = Object.fromEntries(
      bed.engine
        .datasets()
        .map(({ dataset, verdict }) => [
          dataset.mapping.primary.dataset,
          `${verdict.health} ${verdict.reasons.map(({ code }) => code).join(' ')}`,
        ]),
    )
    await bed.idle()
    return { verdicts, scans, hits: dose.hits }
  } finally {
    await bed.close()
  }
}

function place(bed: Bed, name: string, backup: 'b' | 'c', state: State): void {
  const from = bed.host('a').zfs
  const to = bed.host(backup)
  const source = `tank/${name}`
  const target = `${to.pool}/${name}`
  from.dataset.create(source)
  if (state === 'empty') return
  from.snapshot(`${source}@s1`, { bytes: 150_000 })
  from.snapshot(`${source}@s2`, { bytes: 150_000 })
  if (state === 'missing') return
  if (state === 'nothing in common') {
    to.zfs.dataset.create(target)
    to.zfs.snapshot(`${target}@own`, { bytes: 1000 })
    return
  }
  from.replicate(source, to.zfs, target, state === 'in step' ? 's2' : 's1')
  if (state === 'diverged') to.zfs.write(target, 5000)
  if (state === 'ahead') to.zfs.snapshot(`${target}@own`)
  if (state === 'cut off')
    bed.faults.add({
      host: backup,
      on: 'sink',
      match: new RegExp(` ${RegExp.escape(target)}$`),
      times: 50,
      wrong: { kind: 'cut', after: 60_000 },
    })
}

const seen = new Set<string>()

test('with one poisoned dataset the verdicts of all others are those without it', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, poisons, async (world, poison) => {
      const sound = await live(world, null)
      const found = await live(world, poison)
      const ofBad = Object.keys(sound.verdicts).find((name) => name.endsWith(BAD)) ?? ''
      const { [ofBad]: _, ...wanted } = sound.verdicts
      const { [ofBad]: own, ...others } = found.verdicts
      expect(others).toEqual(wanted)
      for (const state of found.scans) expect(state).toMatch(/^SUCCEEDED/)
      if (found.hits > 0) {
        seen.add(poison.kind === 'nonsense' ? 'nonsense' : `${poison.kind} ${poison.call}`)
        // Of a poisoned dataset nothing good is said.
        expect(own?.split(' ')[0]).toMatch(/^(UNKNOWN|BROKEN)$/)
      }
    }),
    { numRuns: 25 },
  )
  // Not all of them missed.
  expect(seen.size).toBeGreaterThan(2)
}, 300_000)

test.each(['nonsense', 'throws', 'hangs'] as const)('a host that %s hurts its own pairs alone', async (kind) => {
  const never = new Promise<never>(() => {})
  let active = false
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
      { id: 'c', pool: 'safe' },
    ],
    mappings: [
      { name: 'one', primary: 'a', backup: 'b' },
      { name: 'two', primary: 'a', backup: 'c' },
    ],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
    between: (sans) => ({
      ...sans,
      async read(wants, options) {
        if (!active || !wants.some(({ host }) => host === 'c')) return sans.read(wants, options)
        if (kind === 'hangs') return never
        if (kind === 'throws') throw new Error('The host is poisoned.')
        return new Map([['c', { reached: true, host: 'c', sides: 7 } as never]])
      },
    }),
  })
  try {
    for (const [name, backup] of [
      ['one', 'b'],
      ['two', 'c'],
    ] as const)
      place(bed, name, backup, 'behind')
    await bed.start()
    await bed.scan()
    active = true
    for (const name of ['one', 'two']) bed.host('a').zfs.snapshot(`tank/${name}@s3`, { bytes: 1000 })
    await bed.clock.pass(3600_000)
    await bed.scan()
    await bed.look()
    expect(bed.engine.dataset('a-b.one')?.verdict.health).toBe('HEALTHY')
    const two = bed.engine.dataset('a-c.two')?.verdict
    expect(two?.health).toBe('UNKNOWN')
    expect(two?.reason.code).toBe(kind === 'hangs' ? 'STALE_CHECK' : 'INTERNAL')
    if (kind !== 'hangs') {
      const number = two?.reason.message.match(/Fault (\d{8})/)?.[1] ?? 'none'
      const lines = bed.log.filter(({ message }) => message.includes(number))
      expect(lines).toHaveLength(1)
      expect(lines[0]?.message).toContain(' at ')
    }
  } finally {
    await bed.close()
  }
})
