import { describe, expect, test } from 'bun:test'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { adoptPrimary, followPrimary, remember } from '../memory.ts'
import {
  backupSide,
  bookmarked,
  codes,
  HOUR,
  inventoryOf,
  judgeInput,
  MISSING,
  NOW,
  planned,
  policyOf,
  primarySide,
  taken,
  unreachable,
} from '../testing/world.ts'
import type { Inventory, Side } from '../types/inventory.ts'
import type { JudgeInput, Memory, Verdict } from '../types/verdict.ts'
import { judge } from './judge.ts'

const CODE = 'PRIMARY_LOST_HISTORY'
const DAY = 24
/** Taken so many days ago, one a day: `daily-30` … `daily-1`. */
const dailies = (from: number, to: number): readonly SnapshotEntry[] =>
  Array.from({ length: from - to + 1 }, (_, n) => taken(`daily-${from - n}`, (from - n) * DAY))
const hourlies = (from: number, to: number): readonly SnapshotEntry[] =>
  Array.from({ length: from - to + 1 }, (_, n) => taken(`h-${from - n}.hourly`, from - n))

interface Seen {
  readonly memory: Memory
  readonly inventory: Inventory
  readonly verdict: Verdict
}

/** One check after another; hours after NOW, both sides, and what else is different. */
function check(
  before: Seen | null,
  hours: number,
  primary: readonly SnapshotEntry[] | Side,
  backup: readonly SnapshotEntry[] | Side,
  over: Partial<JudgeInput> & { readonly inventory?: never; readonly look?: Partial<Inventory> } = {},
): Seen {
  const now = NOW + hours * HOUR * 1000
  const side = (of: readonly SnapshotEntry[] | Side, make: (own: readonly SnapshotEntry[]) => Side): Side =>
    'state' in of ? of : make(of)
  const { look = {}, ...rest } = over
  const inventory = inventoryOf(
    side(primary, (own) => primarySide(own)),
    side(backup, (own) => backupSide(own)),
    { readAt: now, ...look },
  )
  const input = judgeInput(inventory, {
    ...(before === null ? {} : { memory: before.memory, previous: before.inventory }),
    now,
    ...rest,
  })
  const verdict = judge(input)
  return { verdict, inventory, memory: remember(input, verdict) }
}

const month = dailies(30, 1)
const [c] = dailies(1, 1) as [SnapshotEntry]
const d = taken('daily-0', -1)
const first = check(null, 0, month, month)

describe('a primary that was attacked', () => {
  test.each<[string, readonly SnapshotEntry[], readonly SnapshotEntry[]]>([
    ['all but the newest, which is the newest common one', [c], month],
    ['all of them', [], month],
    ['all of them, and a new one was taken since', [d], month],
    ['the newest common one, and a new one was taken since', [...dailies(30, 2), d], month],
    ['everything up to the newest common one', [d], month],
    ['all but three of the last hours', hourlies(3, 1), [...month, ...hourlies(40, 1)]],
  ])('%s is gone: BROKEN', (_, left, backup) => {
    const before = check(null, 0, backup === month ? month : [...month, ...hourlies(40, 1)], backup)
    const { verdict } = check(before, 1, left, backup)
    expect(verdict).toMatchObject({ health: 'BROKEN', reason: { code: CODE } })
    expect(verdict.reason.evidence.onlyOnBackup).toMatchObject({
      count: backup.length - left.filter(({ guid }) => backup.some((each) => each.guid === guid)).length,
    })
  })

  test('it says what went, and what only the backup has, newest first', () => {
    const { verdict } = check(first, 1, [...dailies(30, 2), d], month)
    expect(verdict.reason.message).toBe(
      "hqs8's hqs8p1/DAT1 no longer has @daily-1, the newest snapshot in common, which was 25 h old (older ones of its kind are still there); missed at 2026-11-22 13:00. Perhaps somebody destroyed them. 1 snapshot is only on hqs1 now.",
    )
    const all = check(first, 1, [c], month).verdict.reason
    expect(all.message).toContain('30 over 29 d became 1; missed at 2026-11-22 13:00.')
    expect(all.evidence.onlyOnBackup).toMatchObject({ count: 29 })
    expect(JSON.stringify(all.evidence.onlyOnBackup)).toMatch(/"name":"daily-2".*"name":"daily-3".*"name":"daily-30"/)
  })

  test('an anchor saves the chain, and tells nothing of who destroyed its snapshot', () => {
    const left = primarySide([...dailies(30, 2), d], [bookmarked(c)])
    expect(codes(check(first, 1, left, month).verdict)).toEqual(expect.arrayContaining([CODE, 'BASE_IS_BOOKMARK']))
    const newest = primarySide(dailies(30, 2), [bookmarked(c)])
    expect(codes(check(first, 1, newest, month).verdict)).toContain(CODE)
  })

  test('seen where the backup is off, and remembered until it is back', () => {
    const off = unreachable('hqs1')
    const alone = check(first, 1, [c], off)
    expect(alone.verdict).toMatchObject({ health: 'BROKEN', reason: { code: CODE, evidence: { onlyOnBackup: null } } })
    const neither = check(alone, 2, unreachable('hqs8'), off)
    expect(neither.verdict).toMatchObject({ health: 'BROKEN', reason: { code: CODE } })
    expect(codes(neither.verdict).filter((code) => code === CODE)).toHaveLength(1)
    expect(check(neither, 3, [c], month).verdict.reason).toMatchObject({
      code: CODE,
      evidence: { at: NOW + HOUR * 1000 },
    })
  })

  test('it stays when both sides are in step again, and in what is read back from the database', () => {
    const lost = check(first, 1, [...dailies(30, 2), d], month)
    const memory = JSON.parse(JSON.stringify(lost.memory)) as Memory
    const inStep = check({ ...lost, memory }, 2, [...dailies(30, 2), d], [...month, d])
    expect(inStep.verdict.reason.code).toBe(CODE)
    // Nor is what went meanwhile learned: it would be the usual age of tomorrow.
    expect(inStep.memory.history).toEqual(lost.memory.history)
  })

  test('it ends by itself only where the very snapshots are back', () => {
    const lost = check(first, 1, [c], month)
    const forged = month.map((each) => (each === c ? each : { ...each, guid: `9${each.guid.slice(1)}` }))
    expect(check(lost, 2, forged, month).verdict.reason.code).toBe(CODE)
    expect(check(lost, 2, month, month).verdict.reason.code).toBe('UP_TO_DATE')
  })

  test('rolled back is PRIMARY_REWOUND; its next snapshot makes nothing well', () => {
    const rewound = check(first, 1, dailies(30, 10), month)
    expect(rewound.verdict.reason.code).toBe('PRIMARY_REWOUND')
    expect(codes(rewound.verdict)).not.toContain(CODE)
    expect(check(rewound, 2, [...dailies(30, 10), d], month).verdict.reason.code).toBe(CODE)
    // The same where the backup was off all the while.
    const off = check(first, 1, dailies(30, 10), unreachable('hqs1'))
    expect(codes(off.verdict)).not.toContain(CODE)
    expect(check(off, 2, [...dailies(30, 10), d], month).verdict.reason.code).toBe(CODE)
  })

  test('another dataset under the old name is PRIMARY_REPLACED', () => {
    const other = primarySide([taken('x', 1)], [], { guid: '42' })
    const replaced = check(first, 1, other, month)
    expect(codes(replaced.verdict)).not.toContain(CODE)
    expect(replaced.verdict.reason.code).toBe('PRIMARY_REPLACED')
  })
})

/** Each look one more, and what is older than `keep` hours is gone; the backup follows, or stays where it was. */
function live(
  before: Seen,
  hours: number,
  every: number,
  keep: number,
  follows: boolean,
): { readonly seen: Seen; readonly reasons: Set<string> } {
  let seen = before
  const reasons = new Set<string>()
  for (let hour = every; hour <= hours; hour += every) {
    const { primary, backup } = seen.inventory
    if (primary.state !== 'present' || backup.state !== 'present') throw new Error('Both are there.')
    const all = [...primary.snapshots, taken(`daily-${1000 + hour}`, -hour)]
    const left = all.filter(({ creation }) => creation > NOW / 1000 + (hour - keep) * HOUR)
    seen = check(seen, hour, left, follows ? [...backup.snapshots, all.at(-1) as SnapshotEntry] : backup.snapshots)
    for (const code of codes(seen.verdict)) reasons.add(code)
  }
  return { seen, reasons }
}

/** Ten days: of what is taken every four hours, two of three outlive the first day, and none the third. */
function thinned(before: Seen): Seen {
  let seen = before
  for (let hour = 4; hour <= 240; hour += 4) {
    const { primary } = seen.inventory
    if (primary.state !== 'present') throw new Error('It is there.')
    const all = [...primary.snapshots, taken(`h-${hour}.hourly`, -hour)]
    const left = all.filter(({ name, creation }) => {
      const age = hour - (creation - NOW / 1000) / HOUR
      return !name.endsWith('.hourly') || age <= 24 || (age <= 72 && (hour - age) % 12 !== 4)
    })
    seen = check(seen, hour, left, left)
  }
  return seen
}

describe('honest work', () => {
  test('pruning, day after day, and the backup follows', () => {
    const { reasons, seen } = live(first, 20 * DAY, DAY, 30 * DAY, true)
    expect(reasons).not.toContain(CODE)
    expect(seen.memory.history?.ages[0]?.[2]).toHaveLength(8)
  })

  test('an offline backup whose common snapshot aged out', () => {
    const { reasons } = live(first, 40 * DAY, DAY, 30 * DAY, false)
    expect(reasons).not.toContain(CODE)
    expect(reasons).toContain('NO_COMMON_SNAPSHOT')
  })

  test.each<[string, number, readonly SnapshotEntry[], readonly SnapshotEntry[], readonly SnapshotEntry[]]>([
    ['a common snapshot that simply was the oldest', 1, dailies(30, 1), dailies(29, 1), dailies(30, 30)],
    ['a retention of two, seen between destroying and taking', 1, dailies(2, 1), [c], dailies(2, 1)],
    ['the only old one, kept from before a migration', 1, [taken('old', 9000), ...month], month, month],
    ['five old ones by hand', 1, [...hourlies(9004, 9000), ...month], month, month],
    ['a retention of thirty days made one of a week', 1, month, dailies(7, 1), month],
    ['a retention of thirty days made one of three', 1, month, dailies(3, 1), month],
    ['a witness that was down for longer than retention', 31 * DAY, month, dailies(0, -30), month],
    ['a SAN that was off for three weeks with the witness, and then pruned', 21 * DAY, month, dailies(9, 1), month],
    [
      'a monthly one and a daily one that make room for the next at the same moment',
      1,
      [taken('m1-monthly', 31 * DAY), ...dailies(2, 1)],
      [c, d, taken('m2-monthly', -1)],
      dailies(2, 1),
    ],
    [
      'hourly ones pruned while daily ones stay',
      1,
      [...month, ...hourlies(20, 1)],
      [...month, ...hourlies(12, 1)],
      [...month, ...hourlies(20, 13)],
    ],
  ])('%s', (_, hours, before, after, backup) => {
    const then = check(null, 0, before, backup)
    expect(codes(check(then, hours, after, backup).verdict)).not.toContain(CODE)
  })

  test('one of a kind that is taken anew tells of no rotation where the newest common one goes too', () => {
    const kinds = [taken('a1-yearly', 300 * DAY), taken('m1-monthly', 31 * DAY), c]
    const then = check(null, 0, kinds, kinds)
    const anew = [taken('a2-yearly', -1), taken('m2-monthly', -1), d]
    expect(check(then, 1, anew, kinds).verdict.reason.code).toBe(CODE)
  })

  test('nor where more than one of a kind is gone, however many are new', () => {
    const anew = Array.from({ length: 30 }, (_, n) => taken(`daily-${100 + n}`, -1))
    expect(check(first, 2, [c, ...anew], month).verdict.reason.code).toBe(CODE)
  })

  test("syncoid's own snapshots come and go with each of its runs", () => {
    const policy = policyOf({ snapshotExclude: ['syncoid_*'] })
    const run = (n: number) => taken(`syncoid_hqs8_2026-11-22:0${n}`, 9 - n)
    const then = check(null, 0, [...month, run(1)], [...month, run(1)], { policy })
    const between = check(then, 1, [...month, d], [...month, run(1)], { policy })
    expect(codes(between.verdict)).not.toContain(CODE)
    // Also where they are wanted, and nothing else is in common.
    const alone = check(null, 0, [run(1)], [run(1)])
    expect(codes(check(alone, 1, [run(2)], [run(1)]).verdict)).not.toContain(CODE)
  })

  test('a temporary snapshot that was replicated and then destroyed, where it held no change', () => {
    const after = check(first, 1, [...dailies(30, 2), d], month, { look: { writtenSinceBase: 0 } })
    expect(codes(after.verdict)).not.toContain(CODE)
  })

  test('nothing is known of a first look, or after the database is lost', () => {
    expect(codes(check(null, 1, [d], month).verdict)).not.toContain(CODE)
  })
})

describe('usual retention', () => {
  const lived = live(first, 20 * DAY, DAY, 30 * DAY, true).seen
  const { primary, backup } = lived.inventory
  const here = primary.state === 'present' ? primary.snapshots : []
  const there = backup.state === 'present' ? backup.snapshots : []

  test('is learned by kind, and what goes long before it is lost, from the oldest end too', () => {
    const newer = taken('daily-1484', -484)
    const { verdict } = check(lived, 20 * DAY + 4, [newer], there)
    expect(verdict.reason).toMatchObject({
      code: CODE,
      evidence: { common: { name: 'daily-1480' }, usualSeconds: 2_548_800 },
    })
  })

  test('what goes at about that age is not, whatever is left of its kind', () => {
    const stuck = check(lived, 20 * DAY + 1, here, there.slice(0, 32))
    const common = stuck.memory.history?.common?.name
    const without = here.filter(({ name }) => name !== common)
    expect(codes(check(stuck, 20 * DAY + 27 * DAY, without, there.slice(0, 32)).verdict)).not.toContain(CODE)
  })

  test('a mass that goes in one look is one observation; the memory stays small', () => {
    const shrunk = check(lived, 20 * DAY + 1, here.slice(-7), there)
    expect(codes(shrunk.verdict)).not.toContain(CODE)
    expect(shrunk.memory.history?.ages).toHaveLength(1)
    expect(shrunk.memory.history?.ages[0]?.[2]).toHaveLength(8)
    const newer = taken('daily-1484', -484)
    expect(check(shrunk, 20 * DAY + 4, [...here.slice(-7, -1), newer], there).verdict.reason.code).toBe(CODE)
  })

  test('is not learned in a hurry: one lesson a day, and most of a week', () => {
    // Every half hour another young one is taken and destroyed, below one that stays.
    const late = taken('late', -20 * DAY, { createtxg: 9_000_000n })
    let seen = lived
    for (let look = 1; look <= 40; look++) {
      const bait = taken(`daily-${9000 + look}`, -20 * DAY - look / 2)
      seen = check(seen, 20 * DAY + look / 2, [...here, ...(look % 2 === 0 ? [] : [bait]), late], there)
    }
    // That of the day, and the next one.
    expect(seen.memory.history?.ages[0]?.[2].filter((age) => age < DAY * HOUR)).toHaveLength(2)
    expect(codes(check(seen, 20 * DAY + 24, [...here.slice(0, -1), late], there).verdict)).toContain(CODE)
  })

  test('fewer lessons than that excuse nothing before a day has passed', () => {
    const taught = check(first, 1, [...dailies(30, 3), c], month)
    expect(codes(taught.verdict)).not.toContain(CODE)
    expect(taught.memory.history?.ages[0]?.[2]).toEqual([expect.any(Number)])
    // Its young age would excuse what was in common, and all but what is left.
    const stale = dailies(30, 2)
    const wiped = check(taught, 2, [c, d], month)
    expect(wiped.verdict.reason.code).toBe(CODE)
    const behind = check(check(null, 0, month, stale.slice(0, -2)), 1, [...dailies(30, 3), c], stale.slice(0, -2))
    const common = check(behind, 2, [...dailies(30, 5), ...dailies(3, 3), c, d], stale.slice(0, -2))
    expect(common.verdict.reason.code).toBe(CODE)
  })

  test('of several ages at which a kind is thinned counts the youngest of each day', () => {
    const ages = thinned(first).memory.history?.ages.find(([shape]) => shape === 'h-#.hourly')?.[2] ?? []
    expect(ages).toHaveLength(8)
    // That of the last day has hardly begun.
    expect(Math.max(...ages.slice(0, -1))).toBeLessThan(30 * HOUR)
  })

  test('is what a person says that it is: what went may go from then on', () => {
    const newer = taken('daily-1484', -484)
    const lost = check(lived, 20 * DAY + 4, [newer], there)
    const look = judgeInput(lost.inventory, { now: NOW + (20 * DAY + 4) * HOUR * 1000 })
    const { history } = followPrimary(lost.memory, look)
    // It counts from now on, not from tomorrow.
    expect(history?.ages).toEqual([['daily-#', look.now - 20 * HOUR * 1000, [4 * HOUR]]])
  })

  test('is not what a clock that was set makes of it', () => {
    const newer = taken('daily-1484', -484)
    const skewed = { look: { primarySkewSeconds: 400 * DAY * HOUR } }
    expect(codes(check(lived, 20 * DAY + 4, [...here.slice(0, -1), newer], there, skewed).verdict)).toContain(CODE)
  })
})

describe('what it holds', () => {
  const options = { memory: first.memory }
  const after = (primary: readonly SnapshotEntry[], backup: readonly SnapshotEntry[] | Side) =>
    planned(inventoryOf(primarySide(primary), 'state' in backup ? backup : backupSide(backup)), {
      ...options,
      judge: { now: NOW + HOUR * 1000 },
      policy: policyOf({ repairWhen: 'behind' }),
    })

  test.each<[string, readonly SnapshotEntry[], readonly SnapshotEntry[] | Side, string]>([
    ['a re-seed', [d], month, 'SET_ASIDE_RESEED'],
    ['a set-aside', [...dailies(30, 2), d], month, 'SET_ASIDE_REWIND'],
    ['a seed of a backup that is gone', [d], MISSING, 'SEED'],
  ])('%s waits for a person', (_, primary, backup, kind) => {
    const plan = after(primary, backup)
    expect({ kind: plan.kind, allowed: plan.automatic.allowed, code: plan.automatic.code }).toEqual({
      kind,
      allowed: false,
      code: 'NEEDS_PERSON',
    } as never)
    expect(plan.automatic.because).toContain('Perhaps somebody destroyed them')
  })

  test('increments go on', () => {
    expect(after([c, d], month)).toMatchObject({ kind: 'INCREMENTAL', automatic: { allowed: true } })
  })

  test('until a person lifts it; a repair that somebody asked for does not', () => {
    const lost = check(first, 1, [d], month)
    const look = judgeInput(lost.inventory, { now: NOW + HOUR * 1000 })
    const adopted = { ...lost, memory: adoptPrimary(lost.memory, look) }
    expect(check(adopted, 2, [d], month).verdict.reason.code).toBe(CODE)
    const lifted = { ...lost, memory: followPrimary(lost.memory, look) }
    expect(check(lifted, 2, [d], month).verdict.reason.code).toBe('NO_COMMON_SNAPSHOT')
    // And what is lost after that is said again.
    const again = check({ ...lifted, memory: followPrimary(lost.memory, judgeInput(first.inventory)) }, 2, [d], month)
    expect(again.verdict.reason.code).toBe(CODE)
  })
})
