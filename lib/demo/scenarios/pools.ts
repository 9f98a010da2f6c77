import { replicated, take } from '../history.ts'
import type { Scenario } from '../scenario.ts'

/** Pools and rights that stand in the way. */
export const poolScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS10DEG1',
    backupPool: 'hqs7p2',
    shows: ['POOL_DEGRADED'],
    note: 'The pool of the backup has lost a disk. Incrementals go on.',
    build: (place) => replicated(place, { count: 10 }),
  },
  {
    dataset: 'HQS10OFF1',
    backupPool: 'hqs7p3',
    shows: ['POOL_UNAVAILABLE'],
    note: 'The pool of the backup is not imported.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 10, behind: 2 }),
  },
  {
    dataset: 'HQS10BIG1',
    backupPool: 'hqs7p4',
    shows: ['LOW_SPACE'],
    note: 'What is missing does not fit without falling below keep_free.',
    settings: { auto_repair: true, keep_free: '10%' },
    build(place) {
      replicated(place, { count: 4, every: 24, newest: 60, mib: 16 })
      take(place.primary, place.from, place.now, { count: 4, every: 15, newest: 1, mib: 64, named: 'big' })
    },
  },
  {
    dataset: 'HQS10DAT6',
    shows: ['PERMISSION_MISSING'],
    note: 'The repair is tried and refused: a right is missing on the backup.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 10, behind: 3, newest: 1 }),
  },
]
