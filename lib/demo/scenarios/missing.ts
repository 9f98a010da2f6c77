import { type Place, replicated, type Scenario, take } from '../scenario.ts'

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

const child = (place: Place, name: string): Place => ({
  ...place,
  from: `${place.from}/${name}`,
  to: `${place.to}/${name}`,
})

/** More than one plain file system. */
export const treeScenarios: readonly Scenario[] = [
  {
    dataset: 'HQS10USR',
    shows: ['RETIRED', 'UP_TO_DATE', 'NEW_CHILD'],
    note: 'A tree: every child is a dataset of its own. After the first scan `carol` is destroyed on the primary, and `dave` made.',
    settings: { recursive: true },
    build(place) {
      replicated(place, { count: 10 })
      replicated(child(place, 'alice'), { count: 10 })
      replicated(child(place, 'bob'), { count: 10, behind: 3 })
      replicated(child(place, 'carol'), { count: 10 })
    },
    later({ primary, from }) {
      primary.dataset.destroy(`${from}/carol`)
      primary.dataset.create(`${from}/dave`)
      primary.snapshot(`${from}/dave@first`, { bytes: 1024 * 1024 })
    },
  },
  {
    dataset: 'HQS10VOL1',
    shows: ['UP_TO_DATE'],
    note: 'A volume.',
    build(place) {
      place.primary.dataset.create(place.from, { type: 'volume', properties: { volsize: String(64 * 1024 * 1024) } })
      place.primary.snapshot(`${place.from}@first`, { creation: place.now - 90_000, bytes: 8 * 1024 * 1024 })
      place.primary.snapshot(`${place.from}@second`, { creation: place.now - 7_000, bytes: 1024 * 1024 })
      place.primary.replicate(place.from, place.backup, place.to)
    },
  },
  {
    dataset: 'HQS10ENC1',
    shows: ['ENCRYPTION_MISMATCH'],
    note: 'Encrypted on the primary with its key unloaded, while the backup was received unencrypted.',
    build(place) {
      const properties = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }
      place.primary.dataset.create(place.from, { properties, passphrase: 'a secret of the demo', mounted: false })
      for (const [name, hours] of [
        ['first', 80],
        ['second', 60],
        ['third', 3],
      ] as const)
        place.primary.snapshot(`${place.from}@${name}`, { creation: place.now - hours * 3600, bytes: 1024 * 1024 })
      place.primary.replicate(place.from, place.backup, place.to, 'second')
    },
    lines: ({ from }) => [`$PRIMARY zfs unload-key ${from}`],
  },
]
