import { replicated, type Scenario, take } from '../scenario.ts'

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

/** The thread by which an incremental hangs. */
export const chainScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS10DAT1',
    shows: ['UP_TO_DATE'],
    note: 'The backup has everything.',
    settings: { max_delay_hours: 72, auto_repair: true },
    build: (place) => replicated(place, { count: 200, every: 1, newest: 0.5, mib: 1 }),
  },
  {
    dataset: 'HQS10DAT2',
    shows: ['PARTIAL_RECEIVE'],
    note: 'A transfer was cut off part-way; it can resume.',
    build: (place) => replicated(place, { count: 8, behind: 2, mib: 16 }),
    lines({ from, to }) {
      const last = `$($PRIMARY zfs list -H -t snapshot -o name -s createtxg ${from} | tail -n 1)`
      const base = `$($BACKUP zfs list -H -t snapshot -o name -s createtxg ${to} | tail -n 1 | cut -d@ -f2)`
      // Two thirds of the stream arrive, then the connection is gone.
      return [`$PRIMARY zfs send -I @${base} ${last} | head -c 20000000 | $BACKUP zfs receive -s -u ${to}`]
    },
  },
  {
    dataset: 'HQS10DAT3',
    shows: ['BASE_IS_BOOKMARK'],
    note: 'The last common snapshot is gone from the primary, but its bookmark is there.',
    build(place) {
      const names = replicated(place, { count: 12, behind: 2 })
      const base = names.at(-3) ?? ''
      place.primary.bookmark(`${place.from}@${base}`, `zw-${base}`)
      for (const name of names.slice(0, -2)) place.primary.forget(`${place.from}@${name}`)
    },
  },
  {
    dataset: 'HQS10DAT4',
    shows: ['LAGGING', 'CHAIN_AT_RISK'],
    note: 'One common snapshot is left and nothing protects it (anchor: none).',
    settings: { anchor: 'none' },
    build(place) {
      const names = replicated(place, { count: 10, behind: 3, newest: 1 })
      for (const name of names.slice(0, 6)) place.primary.forget(`${place.from}@${name}`)
    },
  },
  {
    dataset: 'HQS10DAT5',
    shows: ['RECOVERY_POINT_OLD'],
    note: 'Nothing is late by max_delay_hours, but what a disaster now would cost is more than policy allows.',
    settings: { max_recovery_point_hours: 24, primary_max_age_hours: 0, max_delay_hours: 168 },
    build: (place) => replicated(place, { count: 10, newest: 40 }),
  },
  {
    dataset: 'HQS10DAT7',
    shows: ['LAG_CRITICAL', 'WAITING_FOR_WINDOW'],
    note: 'Behind, and to be repaired in an hour of the night only.',
    settings: { auto_repair: true, repair_window: '{window}' },
    build: (place) => replicated(place, { count: 14, behind: 6 }),
  },
]
