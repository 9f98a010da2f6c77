import type { BedHost } from '#tests/bed/host.ts'
import type { Random } from '#tests/bed/random.ts'
import type { HonestSnapshot } from './answer.ts'
import { oddSeconds } from './edges.ts'

export interface Ground {
  readonly host: BedHost
  readonly random: Random
  /** Datasets on it that the look is about, as they are now. */
  readonly names: readonly string[]
  readonly snapshots: (dataset: string) => readonly string[]
  readonly otherSide: (dataset: string) => readonly HonestSnapshot[]
  readonly newName: () => string
}

/** What it truly does to itself before it is asked; where there is nothing to do it to, nothing. */
export const ON_SAN: Readonly<Record<string, (ground: Ground) => void>> = {
  'destroys all snapshots': ({ host, random, names, snapshots }) => {
    for (const each of snapshots(random.pick(names))) host.zfs.forget(each)
  },
  'destroys its newest snapshots': ({ host, random, names, snapshots }) => {
    for (const each of snapshots(random.pick(names)).slice(-1 - random.int(2))) host.zfs.forget(each)
  },
  'keeps only its newest snapshot': ({ host, random, names, snapshots }) => {
    for (const each of snapshots(random.pick(names)).slice(0, -1)) host.zfs.forget(each)
  },
  'takes a snapshot at an odd time': ({ host, random, names, newName }) => {
    host.zfs.snapshot(`${random.pick(names)}@${newName()}`, { creation: oddSeconds(random), bytes: random.int(5000) })
  },
  'takes a snapshot of its own': ({ host, random, names, newName }) => {
    host.zfs.snapshot(`${random.pick(names)}@${newName()}`, { bytes: random.int(5000) })
  },
  'takes a snapshot under a guid of the other side': ({ host, random, names, otherSide, newName }) => {
    const name = random.pick(names)
    const theirs = otherSide(name)
    if (theirs.length === 0) return
    const { name: short, guid } = random.pick(theirs)
    host.zfs.snapshot(`${name}@${random.chance(0.5) ? short : newName()}`, { guid, bytes: random.int(5000) })
  },
  writes: ({ host, random, names }) => host.zfs.write(random.pick(names), random.int(100_000)),
  'destroys a dataset': ({ host, random, names }) => host.zfs.dataset.destroy(random.pick(names)),
  'puts another dataset in its place': ({ host, random, names, newName }) => {
    const name = random.pick(names)
    host.zfs.dataset.destroy(name)
    host.zfs.dataset.create(name)
    if (random.chance(0.7))
      host.zfs.snapshot(`${name}@${random.chance(0.5) ? 's1' : newName()}`, { bytes: random.int(5000) })
  },
  'makes children': ({ host, random, names, newName }) => {
    for (let more = 1 + random.int(4); more > 0; more--) host.zfs.dataset.create(`${random.pick(names)}/${newName()}`)
  },
  'exports its pool': ({ host }) => host.zfs.setPool(host.pool, { imported: false }),
  'makes its pool read-only': ({ host, random }) =>
    host.zfs.setPool(host.pool, {
      readonly: random.chance(0.7),
      health: random.pick(['ONLINE', 'DEGRADED', 'SUSPENDED']),
    }),
  'sets its clock': ({ host, random }) => host.setClock(random.pick([0, 3600, -3600, 86_400 * 400, -86_400 * 400])),
}
