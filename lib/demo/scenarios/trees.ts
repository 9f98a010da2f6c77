import { replicated } from '../history.ts'
import type { Place, Scenario } from '../scenario.ts'

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
