import { replicated } from '../history.ts'
import type { Scenario } from '../scenario.ts'

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
