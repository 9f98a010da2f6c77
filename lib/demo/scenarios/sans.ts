import { replicated, type Scenario, take } from '../scenario.ts'

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

/** A dataset whose backup host is what the pair is there for. */
const onHost = (dataset: string, shows: Scenario['shows'], note: string): Scenario => ({
  dataset,
  shows,
  note,
  build: ({ primary, from, now }) => {
    primary.dataset.create(from)
    for (const hours of [50, 26, 2]) primary.snapshot(`${from}@at-${hours}`, { creation: now - hours * 3600 })
  },
})

export const unreachable = onHost('HQS8DAT8', ['HOST_UNREACHABLE'], 'Nothing listens there.')
export const refused = onHost('HQS8DAT9', ['AUTH_FAILED'], 'That host refuses the key.')
export const changedKey = onHost(
  'HQS10DAT8',
  ['HOST_KEY_CHANGED'],
  'That host shows another host key than the known one.',
)
export const switchedOff = onHost(
  'HQS8DAT10',
  ['NOT_CHECKED', 'HOST_OFFLINE_PLANNED'],
  'Switched on by hand when wanted.',
)
export const wrongClock: Scenario = {
  dataset: 'HQS10DAT9',
  shows: ['CLOCK_SKEW'],
  note: 'The clock of that host is seven minutes ahead.',
  build: (place) => {
    replicated(place, { count: 6 })
  },
}
