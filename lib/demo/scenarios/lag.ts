import { replicated, take } from '../history.ts'
import type { Scenario } from '../scenario.ts'

/** Chains that are intact: how far behind, and whether something is done about it. */
export const lagScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS8DAT1',
    shows: ['UP_TO_DATE'],
    note: 'The backup has everything.',
    settings: { max_delay_hours: 72, auto_repair: true, dry_run: false },
    build: (place) => replicated(place, { count: 30 }),
  },
  {
    dataset: 'HQS8DAT2',
    shows: ['WITHIN_POLICY'],
    note: 'One snapshot is missing on the backup, and may be for a day.',
    settings: { max_delay_hours: 72 },
    build: (place) => replicated(place, { count: 60, every: 6, behind: 1 }),
  },
  {
    dataset: 'HQS8DAT3',
    shows: ['LAGGING'],
    note: 'Two days behind; auto_repair is off, so the repair is offered.',
    settings: { max_delay_hours: 72 },
    build: (place) => replicated(place, { count: 20, behind: 3, newest: 1 }),
  },
  {
    dataset: 'HQS8DAT4',
    shows: ['LAG_CRITICAL'],
    note: 'Far behind, but dry_run forbids every write: the plan is on record, nothing else happens.',
    settings: { max_delay_hours: 72, auto_repair: true, dry_run: true },
    build: (place) => replicated(place, { count: 40, behind: 9 }),
  },
  {
    dataset: 'HQS8DAT5',
    shows: ['LAG_CRITICAL'],
    note: 'Five days behind, and repaired at once, slowly enough to watch. New snapshots keep coming.',
    settings: { max_delay_hours: 72, auto_repair: true, repair_when: 'behind' },
    build: (place) => replicated(place, { count: 12, behind: 5, mib: 24 }),
    goesOn({ primary, from }) {
      take(primary, from, Math.floor(Date.now() / 1000), { count: 1, newest: 0, mib: 8, named: 'live' })
    },
  },
  {
    dataset: 'HQS8DAT6',
    shows: ['PRIMARY_STALE'],
    note: 'The backup has everything, but the primary takes no snapshots any more.',
    build: (place) => replicated(place, { count: 20, newest: 24 * 6 }),
  },
  {
    dataset: 'HQS8DAT7',
    shows: ['LAGGING'],
    note: 'Behind, but paused: nothing is repaired until somebody resumes it.',
    settings: { auto_repair: true, paused: true },
    build: (place) => replicated(place, { count: 20, behind: 3, newest: 1 }),
  },
]
