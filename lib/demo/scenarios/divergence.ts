import { replicated, type Scenario, take } from '../scenario.ts'

const MIB = 1024 * 1024

/** What stands on the backup that the primary never sent. */
export const divergenceScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS8VMS1',
    shows: ['BACKUP_AHEAD'],
    note: 'Somebody took snapshots of changed data on the backup. The repair would set them aside, and asks first.',
    settings: { on_diverged: 'ask', auto_repair: true },
    build(place) {
      replicated(place, { count: 14, behind: 2 })
      take(place.backup, place.to, place.now, { count: 3, every: 5, newest: 3, named: 'manual' })
    },
  },
  {
    dataset: 'HQS8VMS2',
    shows: ['BACKUP_MODIFIED'],
    note: 'The backup was written to after its last snapshot.',
    build(place) {
      replicated(place, { count: 14, behind: 1 })
      place.backup.write(place.to, 3 * MIB)
    },
  },
  {
    dataset: 'HQS8VMS3',
    shows: ['NAME_CLASH', 'BACKUP_AHEAD'],
    note: 'Both sides took a snapshot of the same name by themselves.',
    build(place) {
      const names = replicated(place, { count: 14, behind: 2 })
      place.backup.snapshot(`${place.to}@${names.at(-1)}`, { creation: place.now - 7000, bytes: MIB })
    },
  },
  {
    dataset: 'HQS8ARC1',
    shows: ['NO_COMMON_SNAPSHOT'],
    note: 'The backup was made by other means: no snapshot has the same guid on both sides.',
    build({ primary, backup, from, to, now }) {
      primary.dataset.create(from)
      take(primary, from, now, { count: 6 })
      backup.dataset.create(to)
      take(backup, to, now, { count: 4, newest: 100 })
    },
  },
  {
    dataset: 'HQS8ARC2',
    shows: ['UP_TO_DATE', 'GAP_ON_BACKUP'],
    note: 'Up to date, with a gap in the middle that cannot be filled in any more.',
    build(place) {
      const names = replicated(place, { count: 30 })
      for (const name of names.slice(10, 15)) place.backup.forget(`${place.to}@${name}`)
    },
  },
  {
    dataset: 'HQS8ARC3',
    shows: ['WITHIN_POLICY', 'EXTRA_ON_BACKUP'],
    note: 'The backup took a snapshot of its own, without any change in it: harmless, it stays.',
    build(place) {
      replicated(place, { count: 10, behind: 1 })
      place.backup.snapshot(`${place.to}@before-maintenance`, { creation: place.now - 1800 })
    },
  },
  {
    dataset: 'HQS10USE1',
    shows: ['BACKUP_IN_USE'],
    note: 'Somebody is working on the backup: it grows from check to check. Perhaps a failover; nothing is moved.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 10, behind: 3 }),
    later: ({ backup, to }) => backup.write(to, MIB),
    goesOn: ({ backup, to }) => backup.write(to, MIB),
  },
]
