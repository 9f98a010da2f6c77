import { expect, test } from 'bun:test'
import type { BackupState } from './backups.ts'
import { backupTrouble } from './warnings.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const HOUR = 3600_000

const state = (change: Partial<BackupState>): BackupState => ({
  directory: '/data/backups',
  files: [],
  failure: null,
  ...change,
})
const made = (hoursAgo: number) => [{ name: 'zwitness-2026-11-22.sqlite', at: NOW - hoursAgo * HOUR, bytes: 1 }]

test.each([
  ['a witness that just started has none yet', state({}), 1, null],
  ['one of last night', state({ files: made(9) }), 1, null],
  ['two nights without one', state({ files: made(48) }), 900, null],
  ['a clock that was set back', state({ files: made(-900) }), 1, null],
  [
    'longer',
    state({ files: made(73) }),
    1,
    'The database was not backed up for 3 days. The newest one is of 2026-11-19T11:00:00Z.',
  ],
  ['none for two days', state({}), 49, 'The database was not backed up for 2 days. There is none.'],
  [
    'the last one failed',
    state({ files: made(20), failure: { at: NOW - HOUR, message: 'No room' } }),
    1,
    'The backup of the database failed at 2026-11-22T11:00:00Z: No room. The newest one is of 2026-11-21T16:00:00Z.',
  ],
  [
    'the first one failed',
    state({ failure: { at: NOW - HOUR, message: 'It is damaged!' } }),
    1,
    'The backup of the database failed at 2026-11-22T11:00:00Z: It is damaged! There is none.',
  ],
])('%s', (_, given, hoursUp, wanted) => {
  const said = backupTrouble(given, { now: NOW, startedAt: NOW - hoursUp * HOUR })
  expect(said?.message ?? null).toBe(wanted)
  if (said !== null) expect(said.cure).toContain('`zwitness fn run back-up`')
})
