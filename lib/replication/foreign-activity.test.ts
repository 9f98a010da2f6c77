import { describe, expect, test } from 'bun:test'
import { foreignActivity, holdsBackSwap, replicatorOf } from './foreign-activity.ts'
import { emptyMemory, remember } from './memory.ts'
import {
  backupSide,
  codes,
  inventoryOf,
  judged,
  judgeInput,
  NOW,
  planned,
  policyOf,
  primarySide,
  taken,
} from './testing/world.ts'
import type { Memory } from './types/verdict.ts'

const INTERVAL = 1800
const MINUTE = 60_000
const a = taken('a', 50)
const b = taken('b', 40)
const own = taken('own', 5)
const sync = taken('syncoid_backup_2026-11-22', 0.1)
const guid = backupSide([]).facts.guid
/** The last look saw only `a` there, in common. */
const before: Memory = {
  ...emptyMemory(),
  common: { guid: a.guid, at: NOW - 1, backupGuid: guid },
  backupSeen: { guid, newestCreatetxg: `${a.createtxg}` },
}
const activity = (
  primary: readonly ReturnType<typeof taken>[],
  backup: readonly ReturnType<typeof taken>[],
  memory: Memory = before,
  ownGuids?: ReadonlySet<string>,
) =>
  foreignActivity(
    judgeInput(inventoryOf(primarySide(primary), backupSide(backup)), { memory, ownGuids, intervalSeconds: INTERVAL }),
  )

test.each([
  ['syncoid_host_2026-11-22:12:00:00', 'syncoid'],
  ['zrepl_20261122_120000_000', 'zrepl'],
  ['2026-11-22-120000', 'znapzend'],
  ['znapzend-x', 'znapzend'],
  ['autosnap_2026-11-22_12:00:01_hourly', null],
  ['my_syncoid_', null],
])('%s is of %s', (name, tool) => expect(replicatorOf(name)).toBe(tool))

describe('what counts as activity on the backup', () => {
  test.each([
    ['nothing new', [a, b], [a], before, undefined, null],
    ['a snapshot of the primary that we did not send', [a, b], [a, b], before, undefined, 'replicated'],
    ['one that we sent', [a, b], [a, b], before, new Set([b.guid]), null],
    ['a replicator that makes its own', [a], [a, sync], before, undefined, 'replicated'],
    ['somebody who takes snapshots there', [a], [a, own], before, undefined, 'taken'],
    ['new ones on the primary alone, whoever took them', [a, b, sync], [a], before, undefined, null],
    [
      'never looked before: only what a replicator just made',
      [a],
      [a, own, sync],
      emptyMemory(),
      undefined,
      'replicated',
    ],
    ['never looked before: all the others are old news', [a, b], [a, b, own], emptyMemory(), undefined, null],
    [
      'another dataset in its place: nothing is known of it',
      [a],
      [a, own],
      { ...before, backupSeen: { guid: '1', newestCreatetxg: '1' } },
      undefined,
      null,
    ],
  ] as const)('%s', (_, primary, backup, memory, ownGuids, found) => {
    const seen = activity([...primary], [...backup], memory, ownGuids)
    expect(seen === null ? null : seen.replicated ? 'replicated' : 'taken').toBe(found)
    if (seen !== null) expect(seen.at).toBe(NOW)
  })
})

describe('how long a swap waits for it', () => {
  const at = (minutes: number, over: object = {}) => ({
    at: NOW - minutes * MINUTE,
    since: NOW - minutes * MINUTE,
    count: 1,
    newest: 'x',
    tool: null,
    replicated: false,
    ...over,
  })
  test.each([
    ['nothing', null, false],
    ['just now', at(0), true],
    ['half an interval ago', at(15), true],
    ['one interval ago, give or take', at(29.9), false],
    ['taken again and again for three intervals', at(0, { since: NOW - 90 * MINUTE }), false],
    ['replicated again and again', at(0, { since: NOW - 900 * MINUTE, replicated: true }), true],
  ])('%s', (_, foreign, holds) => expect(holdsBackSwap(foreign, NOW, INTERVAL)).toBe(holds))

  test('a date from the future is one of this look: the wait ends an interval later, not at that date', () => {
    const ahead = at(-600_000)
    const seen = activity([a], [a], { ...before, backupSeen: before.backupSeen, foreign: ahead })
    expect(seen).toMatchObject({ at: NOW, since: NOW, newest: ahead.newest })
    expect(holdsBackSwap(seen, NOW, INTERVAL)).toBe(true)
    expect(holdsBackSwap(seen, NOW + 30 * MINUTE, INTERVAL)).toBe(false)
  })

  test('looks in a row make one story, a gap begins another', () => {
    const earlier = at(30, { since: NOW - 60 * MINUTE })
    expect(activity([a], [a, own], { ...before, foreign: earlier })?.since).toBe(earlier.since)
    expect(activity([a], [a, own], { ...before, foreign: at(61) })?.since).toBe(NOW)
  })
})

describe('a set-aside by itself', () => {
  const look = inventoryOf(primarySide([a, b]), backupSide([a, sync]))

  test('waits, names the replicator, and a person may run it all the same', () => {
    const made = planned(look, { memory: before })
    expect(made).toMatchObject({ kind: 'SET_ASIDE_REWIND', blocked: null, automatic: { allowed: false, code: 'BUSY' } })
    expect(made.automatic.because).toContain('syncoid')
    expect(codes(judged(look, { memory: before }))).toContain('BUSY')
  })

  test('runs once an interval has passed without it', () => {
    const input = judgeInput(look, { memory: before })
    const memory = remember(input, judged(look, { memory: before }))
    expect(memory.foreign?.newest).toBe(sync.name)
    const now = NOW + 30 * MINUTE
    expect(planned(look, { memory, judge: { now }, options: { now } }).automatic).toMatchObject({ code: 'ALLOWED' })
    const early = NOW + 10 * MINUTE
    expect(planned(look, { memory, judge: { now: early }, options: { now: early } }).automatic.code).toBe('BUSY')
  })

  test('an increment waits for nobody', () => {
    const followed = inventoryOf(primarySide([a, b, own]), backupSide([a, b]))
    const policy = policyOf({ repairWhen: 'behind' })
    expect(planned(followed, { memory: before, policy }).automatic.allowed).toBe(true)
    expect(codes(judged(followed, { memory: before }))).not.toContain('BUSY')
  })
})
