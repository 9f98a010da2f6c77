import { afterEach, describe, expect, test } from 'bun:test'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { ReasonCode } from '#lib/replication/types/reason.ts'
import { datasetOf, stockOf } from '#tests/invariants/stock.ts'
import { Bed, PERSON } from './bed.ts'

/* A primary whose snapshots somebody destroyed, and what honest work there looks like to a witness that runs. */

let bed: Bed
afterEach(() => bed.close())

const ID = 'a-b.one'
const LOST = 'PRIMARY_LOST_HISTORY'
const HOUR = 3600_000
const MONTH = 30
const primary = () => bed.host('a').zfs
const view = () => {
  const found = bed.engine.dataset(ID)
  if (found === null) throw new Error(`There is no ${ID}.`)
  return found
}
const codes = (): readonly ReasonCode[] => view().verdict.reasons.map(({ code }) => code)
const names = (host: 'a' | 'b'): readonly string[] => {
  const at = host === 'a' ? 'tank/one' : 'vault/one'
  const side = datasetOf(new Map([[host, stockOf(bed.host(host))]]), host, at)
  return (side?.snapshots ?? []).map(({ name }) => name)
}
const repairs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 100 })).items

/** Taken so many days before the beginning, or after it where negative. */
function take(day: number, kind = 'daily'): string {
  const name = `${kind}-${MONTH * 10 - day}`
  primary().snapshot(`tank/one@${name}`, {
    creation: Math.floor(bed.clock.now() / 1000) - Math.max(0, day) * 86_400,
    bytes: 10_000,
  })
  return name
}
const destroy = (gone: readonly string[]): void => {
  for (const name of gone) primary().forget(`tank/one@${name}`)
}

async function settle(hours = 1): Promise<void> {
  for (let checks = 0; checks < 3; checks++) {
    await bed.clock.pass((hours * HOUR) / 3)
    await bed.scan()
    await bed.idle()
  }
}

/** A month of dailies that both sides have. */
async function inStep(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b', settings }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  primary().dataset.create('tank/one')
  for (let day = MONTH; day > 0; day--) take(day)
  await bed.start()
  await settle()
  expect([view().status, names('b').length]).toEqual(['HEALTHY', MONTH])
}

describe('a primary that was attacked', () => {
  test.each<[string, (all: readonly string[]) => readonly string[], Plan['kind'], Readonly<Record<string, unknown>>]>([
    ['all', (all) => all, 'SET_ASIDE_RESEED', { anchor: 'none' }],
    ['all, but the anchor of the last repair is still there,', (all) => all, 'INCREMENTAL', {}],
    ['all but the newest', (all) => all.slice(0, -1), 'INCREMENTAL', { anchor: 'none' }],
    ['the newest common one', (all) => all.slice(-1), 'SET_ASIDE_REWIND', { anchor: 'none' }],
  ])(
    '%s destroyed: BROKEN, nothing is set aside, and what can be goes on, until a person lifts it',
    async (_, gone, kind, settings) => {
      await inStep(settings)
      const all = names('a')
      destroy(gone(all))
      take(0)
      await settle()
      expect(view()).toMatchObject({ status: 'BROKEN', verdict: { reason: { code: LOST } } })
      const only = gone(all)
      const held = view().verdict.reason.evidence.onlyOnBackup as { count: number; snapshots: { name: string }[] }
      expect([held.count, held.snapshots[0]?.name]).toEqual([only.length, only.at(-1)])
      // Where an increment could go on it has, and that ends nothing.
      const went = kind === 'INCREMENTAL'
      expect(names('b')).toHaveLength(went ? MONTH + 1 : MONTH)
      expect(view().plan).toMatchObject(
        went ? { kind: 'NOTHING' } : { kind, automatic: { allowed: false, code: 'NEEDS_PERSON' } },
      )

      await bed.restart()
      take(-1)
      await settle(48)
      expect(view().verdict.reason.code).toBe(LOST)
      expect(names('b')).toHaveLength(went ? MONTH + 2 : MONTH)
      expect((await repairs()).filter(({ plan }) => plan?.setAside != null)).toEqual([])

      const reason = 'Looked at it: an admin did that.'
      const run = await bed.run(bed.engine.adoptPrimary(ID, { reason, trigger: PERSON }))
      expect(run).toMatchObject({ kind: 'SCAN', reason })
      await bed.idle()
      await settle()
      expect(view().status).toBe('HEALTHY')
      expect(names('b')).toContain(names('a').at(-1) as string)
      if (!went) expect((await repairs())[0]).toMatchObject({ state: 'SUCCEEDED', plan: { kind } })
    },
    60_000,
  )

  test('it cannot be lifted where nothing is held, nor where the primary does not answer', async () => {
    await inStep()
    const lift = () => bed.run(bed.engine.adoptPrimary(ID, { reason: 'why', trigger: PERSON }))
    await expect(lift()).rejects.toThrow('Nothing is held against the primary')
    destroy(names('a').slice(0, -1))
    await settle()
    bed.host('a').up = false
    await settle()
    expect(codes()).toContain(LOST)
    await expect(lift()).rejects.toThrow('could not be read at the last check')
  })

  test('PRIMARY_REWOUND is lifted the same way', async () => {
    await inStep({ anchor: 'none' })
    destroy(names('a').slice(-3))
    await settle()
    expect(view().verdict.reason.code).toBe('PRIMARY_REWOUND')
    await bed.run(bed.engine.adoptPrimary(ID, { reason: 'rolled back on purpose', trigger: PERSON }))
    await bed.idle()
    expect(codes()).not.toContain('PRIMARY_REWOUND')
    expect((await repairs())[0]).toMatchObject({ state: 'SUCCEEDED', plan: { kind: 'SET_ASIDE_REWIND' } })
  })
})

describe('honest work is quiet', () => {
  /** A day: one is taken, what is older than that many days goes, and the witness looks twice. */
  async function days(count: number, keep: number, from = 0): Promise<ReadonlySet<ReasonCode>> {
    const seen = new Set<ReasonCode>()
    for (let day = from; day < from + count; day++) {
      take(-day)
      destroy(names('a').slice(0, -keep))
      await settle(24)
      for (const code of codes()) seen.add(code)
    }
    return seen
  }

  test.each<[string, () => Promise<ReadonlySet<ReasonCode>>]>([
    ['pruning, day after day', () => days(10, MONTH)],
    ['a retention that was made a week', async () => (await days(5, MONTH)).union(await days(5, 7, 5))],
    [
      'a backup that is off for longer than retention',
      async () => {
        bed.host('b').up = false
        const off = await days(40, MONTH)
        bed.host('b').up = true
        return off.union(await days(2, MONTH, 40))
      },
    ],
    [
      'a witness that was down for longer than retention',
      async () => {
        const before = await days(5, MONTH)
        for (let day = 5; day < 45; day++) {
          await bed.clock.pass(24 * HOUR)
          take(-day)
        }
        destroy(names('a').slice(0, -MONTH))
        await bed.restart()
        return before.union(await days(3, MONTH, 45))
      },
    ],
  ])(
    '%s',
    async (_, live) => {
      await inStep()
      const seen = await live()
      expect(seen).not.toContain(LOST)
      // It was read, each time.
      expect(seen).not.toContain('NOT_CHECKED')
      expect(view().status).toBe('HEALTHY')
    },
    60_000,
  )
})

test('what the newest snapshots of a large primary wrote is asked once for each, of a small one never', async () => {
  const asked: string[] = []
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [
      { name: 'one', primary: 'a', backup: 'b' },
      { name: 'small', primary: 'a', backup: 'b' },
    ],
    poolBytes: 1e13,
    between: (sans) => ({
      ...sans,
      sizes(asks, signal) {
        asked.push(...asks.map(({ snapshot }) => snapshot))
        return sans.sizes(asks, signal)
      },
    }),
  })
  for (const name of ['one', 'small']) {
    primary().dataset.create(`tank/${name}`)
    for (const n of [1, 2, 3]) primary().snapshot(`tank/${name}@s${n}`, { bytes: name === 'one' ? 2 ** 30 : 1000 })
  }
  await bed.start()
  await bed.scan()
  const sizes = async (id = ID) => (await bed.store.state(id))?.memory.sizes?.map(([, share]) => share)
  expect(await sizes()).toEqual([null, 0, 0])
  expect(await sizes('a-b.small')).toBeUndefined()
  expect(asked).toEqual(['tank/one@s1', 'tank/one@s2', 'tank/one@s3'])
  primary().snapshot('tank/one@s4', { bytes: 1000 })
  for (let looks = 0; looks < 3; looks++) await bed.scan()
  expect([asked.slice(3), (await sizes())?.length]).toEqual([['tank/one@s4'], 4])
})
