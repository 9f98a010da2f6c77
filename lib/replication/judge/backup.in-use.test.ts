import { describe, expect, test } from 'bun:test'
import { emptyMemory, remember } from '../memory.ts'
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
} from '../testing/world.ts'
import type { Memory } from '../types/verdict.ts'

const MINUTE = 60_000
const a = taken('a', 50)
const b = taken('b', 40)
const written = (bytes: number) => inventoryOf(primarySide([a, b]), backupSide([a], { written: bytes }))
const guid = backupSide([]).facts.guid
const memory = (bytes: number, grewAt: number | null): Memory => ({
  ...emptyMemory(),
  common: { guid: a.guid, at: NOW - 1, backupGuid: guid },
  backupSeen: { guid, newestCreatetxg: `${a.createtxg}` },
  backupWritten: { bytes, grewAt },
})

describe('in use', () => {
  test.each<[string, number, Memory, boolean]>([
    ['it grew since the last check', 5000, memory(4000, null), true],
    ['it did not grow, and never was seen to', 5000, memory(5000, null), false],
    ['it grew ten minutes ago: two quick checks are no quiet interval', 5000, memory(5000, NOW - 10 * MINUTE), true],
    ['it grew an interval ago', 5000, memory(5000, NOW - 30 * MINUTE), false],
    ['it grew a moment ago, and then what was written went with a set-aside', 0, memory(5000, NOW - MINUTE), false],
  ])('%s', (_, bytes, before, inUse) => {
    const look = written(bytes)
    expect(codes(judged(look, { memory: before })).includes('BACKUP_IN_USE')).toBe(inUse)
    const { automatic } = planned(look, { memory: before, policy: policyOf({ repairWhen: 'behind' }) })
    expect(automatic.allowed).toBe(!inUse)
  })

  test('what is remembered of it makes the same of the next check', () => {
    const input = judgeInput(written(5000), { memory: memory(4000, null) })
    const after = remember(input, judged(input.inventory, { memory: input.memory }))
    expect(after.backupWritten).toEqual({ bytes: 5000, grewAt: NOW })
  })
})

test('a date that a clock which was ahead has left behind holds it for one interval more, not until that date', () => {
  const look = written(5000)
  const before = memory(5000, NOW + 400 * 24 * 60 * MINUTE)
  expect(codes(judged(look, { memory: before }))).toContain('BACKUP_IN_USE')
  const after = remember(judgeInput(look, { memory: before }), judged(look, { memory: before }))
  expect(after.backupWritten?.grewAt).toBe(NOW)
  const now = NOW + 30 * MINUTE
  expect(codes(judged(look, { memory: after, now }))).not.toContain('BACKUP_IN_USE')
})

describe('what is said of it is true', () => {
  const sentence = (over: Parameters<typeof policyOf>[0], more = {}) =>
    judged(written(5000), { memory: memory(4000, null), policy: policyOf(over), ...more }).reasons.find(
      ({ code }) => code === 'BACKUP_IN_USE',
    )?.message

  test.each([
    [{}, 'only after an interval without a write, and only if an earlier check saw both sides in common.'],
    [{ onDiverged: 'set_aside' as const }, 'only after an interval without a write.'],
    [{ onDiverged: 'ask' as const }, 'Nothing is moved without you.'],
    [{ autoRepair: false }, 'Nothing is moved without you.'],
    [{ dryRun: true }, 'Nothing is moved without you.'],
  ])('%p', (over, end) => expect(sentence(over)).toEndWith(end))

  test('the primary of another mapping is never moved', () =>
    expect(sentence({}, { backupIsPrimaryElsewhere: true })).toEndWith('Nothing is moved without you.'))
})

describe('where only directories were touched, as mounting a child does', () => {
  const touched = { ...written(14_336), onlyDirectories: true }
  const policy = policyOf({ repairWhen: 'behind' })

  test.each([
    ['just now', memory(0, null)],
    ['a moment ago', memory(14_336, NOW - MINUTE)],
  ])('%s: it is nobody’s work, is said, and is set aside without a wait', (_, before) => {
    const verdict = judged(touched, { memory: before })
    expect(codes(verdict)).not.toContain('BACKUP_IN_USE')
    expect(verdict.reasons.find(({ code }) => code === 'BACKUP_MODIFIED')?.message).toBe(
      'Directories of hqs1p1/DAT1 were touched after its last snapshot (14 KiB), as mounting a child does; no file in it is another one.',
    )
    expect(planned(touched, { memory: before, policy })).toMatchObject({
      kind: 'SET_ASIDE_REWIND',
      automatic: { allowed: true },
    })
  })

  test('it is not remembered as growth, and what somebody writes then is', () => {
    const first = judgeInput(touched, { memory: memory(0, null) })
    const after = remember(first, judged(touched, { memory: memory(0, null) }))
    expect(after.backupWritten).toEqual({ bytes: 14_336, grewAt: null })
    expect(codes(judged(written(20_000), { memory: after }))).toContain('BACKUP_IN_USE')
  })
})

test('where it is not known what was touched, it is somebody’s work', () =>
  expect(codes(judged(written(14_336), { memory: memory(0, null) }))).toContain('BACKUP_IN_USE'))
