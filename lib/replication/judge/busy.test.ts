import { expect, test } from 'bun:test'
import { emptyMemory } from '../memory.ts'
import { backupSide, inventoryOf, judged, NOW, planned, primarySide, taken } from '../testing/world.ts'
import type { Memory } from '../types/verdict.ts'

const a = taken('a', 50)
const guid = backupSide([]).facts.guid
const memory: Memory = {
  ...emptyMemory(),
  common: { guid: a.guid, at: NOW - 1, backupGuid: guid },
  backupSeen: { guid, newestCreatetxg: `${a.createtxg}` },
}
const busy = (...came: ReturnType<typeof taken>[]) => {
  const inventory = inventoryOf(primarySide([a, taken('z', 0.1)]), backupSide([a, ...came]), { writtenSinceBase: 5 })
  return judged(inventory, { memory }).reasons.find(({ code }) => code === 'BUSY')
}

test('a snapshot that was only taken on the backup is not called somebody’s work, and has its own date', () => {
  const said = busy(taken('mine2', 3))
  expect(said?.message).toBe(
    'hqs1p1/DAT1 has what was taken on hqs1 itself and not there at the check before that of 2026-11-22 12:00: @mine2, taken at 2026-11-22 09:00. Nothing is set aside by itself before an interval has passed without another one.',
  )
  expect(said?.action).toStartWith('Nothing, where it was you')
})

test('a replicator is named, and its visit dated by its snapshot', () => {
  const said = busy(taken('syncoid_b_1', 6), taken('syncoid_b_2', 5))
  expect(said?.message).toStartWith(
    'Another replicator (syncoid, by its names) was at work on hqs1p1/DAT1: 2 snapshots, the last one @syncoid_b_2, taken at 2026-11-22 07:00; it came before the check of 2026-11-22 12:00',
  )
})

test('the plan of a set-aside says what it pins, what the tool will print, and which of its options to set', () => {
  const base = taken('syncoid_b_1', 40)
  const inventory = inventoryOf(primarySide([a, base, taken('z', 1)]), backupSide([a, base], { written: 9 }))
  const notes = planned(inventory, { memory }).notes.join('\n')
  expect(notes).toContain('hqs1p1/DAT1@syncoid_b_1 on hqs1 cannot be destroyed')
  expect(notes).toContain('"snapshot has dependent clones" to syncoid, whose snapshot it is')
  expect(notes).toContain('--no-rollback')
  const plain = planned(inventoryOf(primarySide([a, taken('z', 1)]), backupSide([a], { written: 9 })), { memory })
  expect(plain.notes.join('\n')).toContain('to whoever prunes it')
  expect(plain.notes.join('\n')).not.toContain('syncoid')
})
