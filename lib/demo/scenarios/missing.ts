import { replicated, take } from '../history.ts'
import type { Scenario } from '../scenario.ts'

/** One side is not there, or is not what it was. */
export const missingScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS8NEW1',
    shows: ['BACKUP_DATASET_MISSING'],
    note: 'New on the primary; the backup is still to be seeded.',
    build({ primary, from, now }) {
      primary.dataset.create(from)
      take(primary, from, now, { count: 5 })
    },
  },
  {
    dataset: 'HQS8OLD1',
    shows: ['PRIMARY_DATASET_MISSING'],
    note: 'Gone on the primary: the backup may be the only copy.',
    build(place) {
      replicated(place, { count: 8 })
      place.primary.dataset.destroy(place.from)
    },
  },
  {
    dataset: 'HQS8OLD2',
    shows: ['PRIMARY_EMPTY'],
    note: 'The primary has lost all its snapshots. Never a reason to send anything.',
    settings: { auto_repair: true },
    build(place) {
      for (const name of replicated(place, { count: 8 })) place.primary.forget(`${place.from}@${name}`)
    },
  },
  {
    dataset: 'HQS10REP1',
    shows: ['PRIMARY_REPLACED'],
    note: 'After the first scan the primary is destroyed and made anew under its name: the backup may be the good copy.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 9 }),
    later({ primary, from, now }) {
      primary.dataset.destroy(from)
      primary.dataset.create(from)
      take(primary, from, now, { count: 1, newest: 0 })
    },
  },
  {
    dataset: 'HQS10REW1',
    shows: ['PRIMARY_REWOUND'],
    note: 'After the first scan the primary is rolled back by two days.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 9 }),
    later({ primary, from, now }) {
      for (const back of [0, 1]) primary.forget(`${from}@${dailyName(now, back)}`)
    },
  },
  {
    dataset: 'HQS10LOST1',
    shows: ['PRIMARY_LOST_HISTORY'],
    note: 'After the first scan all snapshots of the primary but the newest are destroyed: nothing follows that by itself.',
    settings: { auto_repair: true },
    build: (place) => replicated(place, { count: 12 }),
    later({ primary, from, now }) {
      for (let back = 1; back < 12; back++) primary.forget(`${from}@${dailyName(now, back)}`)
    },
  },
]

/** Name of the snapshot that `replicated` took so many days before the newest one. */
function dailyName(now: number, back: number): string {
  return `daily-${new Date((now - (2 + back * 24) * 3600) * 1000).toISOString().slice(0, 16).replace('T', '_').replace(':', '')}`
}
