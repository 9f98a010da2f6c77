import { runCommand } from '#tests/bed/command.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { MemoryPipe } from '#tests/bed/pipe.ts'
import { lossKey } from '#tests/invariants/losses.ts'
import type { StockSnapshot } from '#tests/invariants/stock.ts'
import { BESIDE_REPLICATION } from './beside-replication.ts'
import type { Field } from './field.ts'
import type { Operation } from './operation.ts'
import { backup, primary, zfs } from './places.ts'

/** What people and other programs do on the SANs. Each changes nothing where there is nothing to change. */
export const ON_SANS: Readonly<Record<string, (field: Field, operation: Operation) => void | Promise<void>>> = {
  ...BESIDE_REPLICATION,

  snapshot(field, { a, b }) {
    const name = primary(field, a)
    if (field.find('a', name) !== null) field.snapshot(name, b * 4)
  },

  /** As `zfs snapshot` in a hurry: several in one second, without data. */
  snapshots(field, { a, b }) {
    const name = primary(field, a)
    if (field.find('a', name) === null) return
    for (let left = 1 + (b % 3); left > 0; left--) field.snapshot(name, 0)
  },

  renameSnapshot(field, { a, b }) {
    const name = primary(field, a)
    const dataset = field.find('a', name)
    const found = dataset?.snapshots[b % Math.max(1, dataset.snapshots.length)]
    if (found === undefined) return
    field.removed.add(lossKey('a', 'snapshot', found.guid))
    return zfs(field.primaryHost(), 'rename', `${name}@${found.name}`, `${name}@${field.newName('r')}`)
  },

  /** Retention: the oldest ones go. */
  async expire(field, { a, b }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    for (const each of snapshots.slice(0, 1 + (b % 3))) {
      field.forgets('a', each)
      await zfs(field.primaryHost(), 'destroy', `${name}@${each.name}`)
    }
  },

  async destroySnapshot(field, { a, b }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    const found = snapshots[b % Math.max(1, snapshots.length)]
    if (found === undefined) return
    field.forgets('a', found)
    await zfs(field.primaryHost(), 'destroy', `${name}@${found.name}`)
  },

  /** Whoever wants a ransom destroys the history: all of it, all but the newest, or all that is older than a moment. */
  async ransomware(field, { a, b }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    if (field.find('a', name) === null) return
    const left = [0, 0, 1, Math.ceil(snapshots.length / 3)][b % 4] ?? 0
    if (snapshots.some(({ holds }) => holds > 0)) return
    await destroyAll(field, name, snapshots.slice(0, snapshots.length - left))
    if (b % 8 < 4) field.snapshot(name, 50_000)
  },

  /** A thief destroys what the next increment would start from. */
  async thief(field, { a }) {
    const name = primary(field, a)
    const [host, to] = backup(field, a)
    const there = new Set(field.find(host.id, to)?.snapshots.map(({ guid }) => guid))
    const common = field.find('a', name)?.snapshots.findLast(({ guid }) => there.has(guid))
    if (common !== undefined) await destroyAll(field, name, [common])
  },

  /** An admin's new retention: the older half goes. */
  async shortenRetention(field, { a }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    await destroyAll(field, name, snapshots.slice(0, Math.floor(snapshots.length / 2)))
  },

  bookmark(field, { a, b }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    const found = snapshots[b % Math.max(1, snapshots.length)]
    if (found !== undefined)
      return zfs(field.primaryHost(), 'bookmark', `${name}@${found.name}`, `${name}#${field.newName('m')}`)
  },

  writeBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    field.writeTo(host, name, b % 4 === 0 ? 0 : b)
  },

  rollbackBackup(field, { a }) {
    const [host, name] = backup(field, a)
    const dataset = field.find(host.id, name)
    const newest = dataset?.snapshots.at(-1)
    if (dataset === null || newest === undefined) return
    for (const seed of dataset.live) field.removed.add(lossKey(host.id, 'live', seed))
    return zfs(host, 'rollback', `${name}@${newest.name}`)
  },

  snapshotBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    const dataset = field.find(host.id, name)
    if (dataset === null || dataset.partial !== null) return
    const theirs = field.find('a', primary(field, a))?.snapshots.at(-1)?.name
    // Now and then under a name that the primary uses too.
    const own = b % 3 === 0 && theirs !== undefined ? theirs : field.newName('b')
    return zfs(host, 'snapshot', `${name}@${own}`)
  },

  async expireBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    const snapshots = field.find(host.id, name)?.snapshots ?? []
    const found = b % 2 === 0 ? snapshots[0] : snapshots.at(-1)
    if (found === undefined) return
    field.forgets(host.id, found)
    await zfs(host, 'destroy', `${name}@${found.name}`)
  },

  hold(field, { a, b, c }) {
    const [host, name] = c % 2 === 0 ? backup(field, a) : ([field.primaryHost(), primary(field, a)] as const)
    const snapshots = field.find(host.id, name)?.snapshots ?? []
    const found = snapshots[b % Math.max(1, snapshots.length)]
    if (found !== undefined) return zfs(host, 'hold', field.newName('tag'), `${name}@${found.name}`)
  },

  /** Under its old name a new dataset appears. */
  async recreate(field, { a, b }) {
    const name = primary(field, a)
    const dataset = field.find('a', name)
    if (dataset === null) return
    await destroyTree(field, field.primaryHost(), name)
    if (field.find('a', name) !== null) return
    await zfs(field.primaryHost(), 'create', '-p', name)
    for (let left = b % 3; left > 0; left--) field.snapshot(name, 5000)
  },

  renameDataset(field, { a }) {
    const name = primary(field, a)
    if (field.find('a', name) !== null) return zfs(field.primaryHost(), 'rename', name, `tank/was-${field.newName()}`)
  },

  /** Puts back what was renamed, or makes an empty one. */
  async bringBack(field, { a }) {
    const name = primary(field, a)
    const host = field.primaryHost()
    if (field.find('a', name) !== null || field.find('a', 'tank') === null) return
    const pool = host.zfs.store.allPools()[0]
    host.zfs.store.forget()
    const away = pool?.datasets.find((each) => each.name.startsWith('tank/was-') && !each.name.slice(9).includes('/'))
    await (away === undefined ? zfs(host, 'create', '-p', name) : zfs(host, 'rename', away.name, name))
  },

  async destroyBackup(field, { a }) {
    const [host, name] = backup(field, a)
    await destroyTree(field, host, name)
  },

  async renameBackup(field, { a }) {
    const [host, name] = backup(field, a)
    if (field.find(host.id, name) === null) return
    await zfs(host, 'rename', name, `${host.pool}/moved-${field.newName()}`)
  },

  export: (field, { a }) => pool(field.hostBy(a), { imported: false }),
  import: (field, { a }) => pool(field.hostBy(a), { imported: true }),
  degrade: (field, { a }) => pool(field.hostBy(a), { health: 'DEGRADED' }),
  suspend: (field, { a }) => pool(field.hostBy(a), { health: 'SUSPENDED' }),
  online: (field, { a }) => pool(field.hostBy(a), { health: 'ONLINE', imported: true, readonly: false }),
  readonly: (field, { a }) => pool(field.hostBy(a), { readonly: true }),

  /** Somebody else's data, up to the brim or away again. */
  fill(field, { a, b }) {
    const host = field.hostBy(a)
    const ballast = `${host.pool}/ballast`
    if (field.find(host.id, host.pool) === null) return
    const old = field.find(host.id, ballast)
    if (old !== null) {
      field.forgetsDataset(host.id, old)
      host.zfs.dataset.destroy(ballast)
    } else {
      host.zfs.dataset.create(ballast)
      host.zfs.write(ballast, b % 2 === 0 ? 38e6 : 35.5e6)
    }
  },

  skew(field, { a, b }) {
    field.hostBy(a).setClock([0, 0, 90, -600, 172_800][b % 5] ?? 0)
  },

  /** Another replicator sends, and is cut off. */
  async foreign(field, { a, b }) {
    const [host, name] = backup(field, a)
    const from = primary(field, a)
    const snapshots = field.find('a', from)?.snapshots ?? []
    const there = new Set((field.find(host.id, name)?.snapshots ?? []).map(({ guid }) => guid))
    const base = snapshots.findLast(({ guid }) => there.has(guid))
    const to = snapshots.at(-1)
    if (to === undefined || there.has(to.guid)) return
    const words = ['zfs', 'send', ...(base === undefined ? [] : ['-i', `@${base.name}`]), `${from}@${to.name}`]
    const wire = new MemoryPipe()
    const sending = runCommand(words, field.primaryHost(), { read: async () => 0, write: (piece) => wire.write(piece) })
    const whole = b % 4 === 0
    let left = whole ? Number.POSITIVE_INFINITY : 400 + ((b * 3) % 200_000)
    const read = async (buffer: Uint8Array, offset: number, length: number) => {
      if (left <= 0) return 0
      const got = await wire.read(buffer, offset, Math.min(length, left))
      left -= got
      return got
    }
    const receiving = runCommand(['zfs', 'receive', '-s', '-u', name], host, { read, write: async () => {} })
    void sending.then(() => wire.end())
    await receiving
    wire.break()
    await sending
  },

  down(field, { a }) {
    field.hostBy(a).up = false
  },
  up(field, { a }) {
    field.hostBy(a).up = true
  },
}

async function destroyAll(field: Field, name: string, gone: readonly StockSnapshot[]): Promise<void> {
  for (const each of gone) {
    if (each.holds > 0) continue
    field.forgets('a', each)
    await zfs(field.primaryHost(), 'destroy', `${name}@${each.name}`)
  }
}

async function destroyTree(field: Field, host: BedHost, name: string): Promise<void> {
  host.zfs.store.forget()
  const names = host.zfs.store.allPools().flatMap((one) => one.datasets.map((dataset) => dataset.name))
  host.zfs.store.forget()
  for (const each of names.filter((other) => other === name || other.startsWith(`${name}/`))) {
    const dataset = field.find(host.id, each)
    if (dataset !== null) field.forgetsDataset(host.id, dataset)
  }
  await zfs(host, 'destroy', '-r', name)
}

function pool(host: BedHost, change: Parameters<BedHost['zfs']['setPool']>[1]): void {
  host.zfs.setPool(host.pool, change)
}
