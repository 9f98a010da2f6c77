import { expect, test } from 'bun:test'
import { importsOf } from '#tests/boundaries/imports.ts'
import { Oracle } from './oracle.ts'
import type { Health, SanSeen, Settings, Shown, SnapshotSeen } from './sight.ts'

const START = Date.UTC(2026, 10, 2) / 1000
const HOUR = 3600
const DAY = 24 * HOUR

/** One mapping on two SANs, lived through hour by hour with a check every six hours. */
class Story {
  readonly oracle = new Oracle()
  now = START
  /** Clock of the primary less the witness's. */
  skew = 0
  primary: SnapshotSeen[] = []
  backup: SnapshotSeen[] = []
  bookmarks: SnapshotSeen[] = []
  /** Epoch seconds at which the dataset of the primary was made. */
  made = START - 365 * DAY
  #txg = 0
  readonly #settings: Settings

  constructor(settings: Settings = {}) {
    this.#settings = settings
    this.oracle.configure([
      {
        primary: { host: 'a', dataset: 'tank/one' },
        backup: { host: 'b', dataset: 'vault/one' },
        settings: this.#settings,
      },
    ])
  }

  take(name = 's'): this {
    this.#txg++
    const time = Math.floor(this.now + this.skew)
    this.primary.push({ name: `${name}${this.#txg}`, guid: `${this.#txg}`, txg: this.#txg, time })
    return this
  }

  /** The backup gets everything that is on the primary. */
  replicate(): this {
    const held = new Set(this.backup.map(({ guid }) => guid))
    this.backup.push(...this.primary.filter(({ guid }) => !held.has(guid)))
    this.backup = this.backup.slice(-60)
    return this
  }

  /** Only the newest so many stay on the primary, and what `but` says. */
  keep(count: number, but: (snapshot: SnapshotSeen) => boolean = () => false): this {
    this.primary = this.primary.filter((each, index) => index >= this.primary.length - count || but(each))
    return this
  }

  pass(seconds: number): this {
    this.now += seconds
    return this
  }

  /** A clear check; what the oracle demands after it. */
  check(): Health {
    const check = { began: this.now * 1000, clear: true, succeeded: true }
    this.oracle.judge(this.sans(), this.now * 1000, [], check)
    return this.oracle.demandOf(this.sans(), this.now * 1000, 'tank/one')?.health ?? 'UNKNOWN'
  }

  /** What it says of a status that the product shows. */
  says(health: Health, clear = true): string[] {
    const shown: Shown = {
      primary: { host: 'a', dataset: 'tank/one' },
      backup: { host: 'b', dataset: 'vault/one' },
      health,
      codes: [],
    }
    return this.oracle.judge(this.sans(), this.now * 1000, [shown], { began: this.now * 1000, clear, succeeded: true })
  }

  sans(): ReadonlyMap<string, SanSeen> {
    const san = (id: string, pool: string, own: SnapshotSeen[], skewSeconds: number): SanSeen => ({
      id,
      skewSeconds,
      pools: [
        {
          name: pool,
          imported: true,
          health: 'ONLINE',
          datasets: [
            {
              name: `${pool}/one`,
              guid: `${pool} guid`,
              time: this.made,
              snapshots: [...own],
              bookmarks: id === 'a' ? this.bookmarks : [],
            },
          ],
        },
      ],
    })
    return new Map([
      ['a', san('a', 'tank', this.primary, this.skew)],
      ['b', san('b', 'vault', this.backup, 0)],
    ])
  }
}

/** What is demanded at each check of so many days, without what repeats itself. */
function demands(story: Story, days: number, hour: (at: number) => void, every = 6): string {
  const found: Health[] = []
  for (let at = 1; at <= days * 24; at++) {
    story.pass(HOUR)
    hour(at)
    if (at % every === 0) found.push(story.check())
  }
  return found.filter((each, index) => each !== found[index - 1]).join(' ')
}

test('the oracle shares no code with what it judges', async () => {
  const found: string[] = []
  for await (const path of new Bun.Glob('tests/oracle/*.ts').scan('.')) {
    if (path.endsWith('.test.ts')) continue
    for (const { specifier } of importsOf(await Bun.file(path).text()))
      if (!/^\.\/[\w-]+\.ts$/.test(specifier)) found.push(`${path}: ${specifier}`)
  }
  expect(found).toEqual([])
})

test.each([
  ['7.3: no common snapshot is BROKEN', new Story().take(), 'BROKEN'],
  ['everything is there', new Story().take().replicate(), 'HEALTHY'],
  [
    '36 hours behind of 72',
    new Story()
      .take()
      .replicate()
      .take()
      .pass(37 * HOUR),
    'WARNING',
  ],
  [
    'just in time',
    new Story()
      .take()
      .replicate()
      .take()
      .pass(36 * HOUR),
    'HEALTHY',
  ],
  [
    'beyond the maximum',
    new Story()
      .take()
      .replicate()
      .take()
      .pass(73 * HOUR),
    'BROKEN',
  ],
  [
    'too young to be eligible',
    new Story({ min_age_hours: 100, primary_max_age_hours: 0 })
      .take()
      .replicate()
      .take()
      .pass(73 * HOUR),
    'HEALTHY',
  ],
  [
    'not wanted',
    new Story()
      .take()
      .replicate()
      .take('syncoid_')
      .pass(73 * HOUR),
    'WARNING',
  ],
  [
    'not wanted, and age is off',
    new Story({ primary_max_age_hours: 0 })
      .take()
      .replicate()
      .take('syncoid_')
      .pass(73 * HOUR),
    'HEALTHY',
  ],
  [
    'the newest wanted one is three times too old',
    new Story({ primary_max_age_hours: 24 })
      .take()
      .replicate()
      .pass(73 * HOUR),
    'BROKEN',
  ],
  [
    'an old recovery point',
    new Story({ max_recovery_point_hours: 24, primary_max_age_hours: 0 })
      .take()
      .replicate()
      .pass(25 * HOUR),
    'WARNING',
  ],
] as const)('%s', (_, story, health) => {
  expect(story.check()).toBe(health)
})

test('C2: replication dead under short retention becomes WARNING, then BROKEN, and stays it', () => {
  const story = new Story()
  story.take().replicate().check()
  const [held] = story.primary
  const seen = demands(story, 90, () => story.take().keep(24, (each) => each === held))
  expect(seen).toBe('HEALTHY WARNING BROKEN')
})

test('C2, the base being a bookmark, snapshots kept for less than the time between two checks', () => {
  const story = new Story()
  story.take().replicate().check()
  story.bookmarks = [...story.primary]
  expect(demands(story, 30, () => story.take().keep(1), 12)).toBe('HEALTHY WARNING BROKEN')
})

test('H1: the wanted snapshots are no longer taken', () => {
  const story = new Story({ snapshot_include: ['daily-*'] })
  for (let day = 0; day < 12; day++) story.pass(DAY).take('daily-').replicate().check()
  expect(demands(story, 60, (at) => at % 24 === 0 && story.take('nightly-').replicate())).toBe('HEALTHY WARNING BROKEN')
})

test.each([
  ['hourly on weekdays', (at: number) => at % 168 < 120],
  ['daily', (at: number) => at % 24 === 0],
  ['daily with a holiday', (at: number) => at % 24 === 0 && (at < 480 || at > 504)],
  ['weekly', (at: number) => at % 168 === 0],
  ['monthly', (at: number) => at % 720 === 0],
] as const)('no false alarm is demanded: %s', (_, taken) => {
  const story = new Story()
  const hour = (at: number) => taken(at) && story.take().keep(30)
  for (let at = 0; at < 4 * 720; at++) {
    story.pass(HOUR)
    hour(at)
    if (at % 24 === 0) story.replicate().check()
  }
  // Replicated every twelve hours.
  const seen = demands(story, 90, (at) => {
    hour(at)
    if (at % 12 === 0) story.replicate()
  })
  expect(seen).toBe('HEALTHY')
})

test('a partial catch-up keeps the rest late', () => {
  const story = new Story()
  story.take().replicate().check()
  for (let left = 0; left < 4; left++) story.pass(DAY).take().check()
  expect(story.pass(HOUR).check()).toBe('BROKEN')
  story.backup.push(...story.primary.slice(1, 2))
  expect(story.check()).toBe('WARNING')
  story.replicate()
  expect(story.check()).toBe('HEALTHY')
})

test('a lost memory: no better than the base, the rhythm and nothing more', () => {
  const story = new Story()
  for (let left = 0; left < 3; left++) story.pass(HOUR).take().replicate().check()
  const base = story.primary.at(-1)
  for (let left = 0; left < 10; left++)
    story
      .pass(DAY)
      .take()
      .keep(3, (each) => each === base)
      .check()
  expect(story.check()).toBe('BROKEN')
  story.oracle.databaseLost()
  expect(story.check()).toBe('BROKEN')
})

test('the newest common one moves back: the delay does not fall', () => {
  const story = new Story()
  for (let left = 0; left < 3; left++) story.pass(HOUR).take().replicate().check()
  story.pass(DAY).take().check()
  story
    .pass(3 * DAY)
    .take()
    .check()
  expect(story.pass(HOUR).check()).toBe('BROKEN')
  const [oldest] = story.backup
  story.backup = oldest === undefined ? [] : [oldest]
  expect(story.check()).toBe('BROKEN')
})

test('nothing is missing for less than the rhythm: the moment is kept', () => {
  const story = new Story()
  for (let left = 0; left < 10; left++) story.pass(DAY).take().replicate().check()
  story.pass(DAY).take().check()
  story.pass(DAY + 20 * HOUR).check()
  // Somebody destroys what is missing; the next one comes a few hours later.
  story.keep(0, (each) => story.backup.includes(each)).check()
  expect(story.check()).toBe('HEALTHY')
  story.pass(4 * HOUR).take()
  expect(story.check()).toBe('WARNING')
})

test('a clock set back does not make the backup fresher', () => {
  const story = new Story()
  story.take().replicate().check()
  story.take().check()
  story.pass(80 * HOUR)
  story.skew = -70 * HOUR
  expect(story.check()).toBe('BROKEN')
})

test('UNKNOWN is an answer only where the look was taken away', () => {
  const story = new Story().take().replicate()
  expect(story.says('HEALTHY')).toEqual([])
  expect(story.says('UNKNOWN', false)).toEqual([])
  expect(story.says('UNKNOWN')).toHaveLength(1)
  story.take().pass(80 * HOUR)
  expect(story.says('WARNING')).toHaveLength(1)
  expect(story.says('BROKEN')).toEqual([])
})

test('what the witness saw of the rhythm outside a check counts, and only that', () => {
  const weekly = (looks: boolean) => {
    const story = new Story({ max_delay_hours: 72 }).take().pass(HOUR).take().pass(HOUR).take().replicate().pass(HOUR)
    const one = { primary: { host: 'a', dataset: 'tank/one' }, backup: { host: 'b', dataset: 'vault/one' } }
    if (looks) story.oracle.looked(story.sans(), story.now * 1000, [one])
    return story
      .pass(7 * DAY)
      .take()
      .pass(HOUR)
  }
  // Without it a day is all that is known, and six are missing.
  expect(weekly(false).says('HEALTHY')).toEqual([expect.stringContaining('is BROKEN: delay')])
  expect(weekly(true).says('HEALTHY')).toEqual([])
  const later = weekly(true)
  later.check()
  expect(later.pass(73 * HOUR).says('WARNING')).toEqual([expect.stringContaining('is BROKEN: delay')])
})

test('all snapshots of a day gone at once: BROKEN until they are back, or a person lifts it', () => {
  const story = new Story({ primary_max_age_hours: 0 })
  for (let hour = 0; hour < 24; hour++) story.take().replicate().pass(HOUR)
  expect(story.check()).toBe('HEALTHY')
  const before = story.primary
  story.pass(HOUR).primary = []
  story.take().replicate()
  // In step again, and all the same.
  expect([story.check(), story.says('WARNING').length]).toEqual(['BROKEN', 1])
  story.primary = [...before, ...story.primary]
  expect(story.check()).toBe('HEALTHY')

  const lifted = new Story({ primary_max_age_hours: 0 })
  for (let hour = 0; hour < 24; hour++) lifted.take().replicate().pass(HOUR)
  lifted.check()
  lifted.pass(HOUR).primary = []
  lifted.take().replicate()
  expect(lifted.check()).toBe('BROKEN')
  lifted.oracle.adopted('a:tank/one')
  expect(lifted.check()).toBe('HEALTHY')
})

test('no such demand where retention was seen, or the looks were too far apart', () => {
  const pruned = new Story({ primary_max_age_hours: 0 })
  for (let hour = 0; hour < 24; hour++) pruned.take().replicate().pass(HOUR)
  pruned.check()
  pruned.keep(12).check()
  pruned.pass(HOUR).primary = []
  expect(pruned.take().replicate().check()).toBe('HEALTHY')

  const away = new Story({ primary_max_age_hours: 0 })
  for (let hour = 0; hour < 24; hour++) away.take().replicate().pass(HOUR)
  away.check()
  away.pass(2 * DAY).primary = []
  expect(away.take().replicate().check()).toBe('HEALTHY')
})
