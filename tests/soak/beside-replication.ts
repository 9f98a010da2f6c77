import { lossKey } from '#tests/invariants/losses.ts'
import type { Field } from './field.ts'
import type { Operation } from './operation.ts'
import { OTHERS_AT_WORK } from './others-at-work.ts'
import { backup, primary, zfs } from './places.ts'

/** What people and other tools do on SANs without a thought of the replication: what makes backups go their own way. */
export const BESIDE_REPLICATION: Readonly<
  Record<string, (field: Field, operation: Operation) => void | Promise<void>>
> = {
  /** Another tool's `snapshot -r` of everything on that SAN, set-asides included. */
  snapshotEverything(field, { a }) {
    const [host] = backup(field, a)
    return zfs(host, 'snapshot', '-r', `${host.pool}@${field.newName('all')}`)
  },

  /** Somebody made a dataset of their own below a backup, and keeps something in it. */
  async childOfBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    if (field.find(host.id, name) === null) return
    const kid = `${name}/own${b % 2}`
    await zfs(host, 'create', kid)
    if (field.find(host.id, kid) !== null) host.zfs.write(kid, 1 + (b % 5000))
  },

  /** Far more than there will ever be: what counts is that it goes over to the line that takes its place. */
  limitBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    return zfs(host, 'set', `${b % 2 === 0 ? 'quota' : 'refquota'}=900000000`, name)
  },

  async cloneOfBackup(field, { a, b }) {
    const [host, name] = backup(field, a)
    const snapshots = field.find(host.id, name)?.snapshots ?? []
    const found = snapshots[b % Math.max(1, snapshots.length)]
    if (found === undefined) return
    await zfs(host, 'clone', '-o', 'canmount=off', `${name}@${found.name}`, `${host.pool}/clone-${field.newName()}`)
  },

  ...OTHERS_AT_WORK,

  /** Names that go round: a new snapshot takes over the name of an older one. */
  async rotate(field, { a, b }) {
    const name = primary(field, a)
    const snapshots = field.find('a', name)?.snapshots ?? []
    const found = snapshots[b % Math.max(1, snapshots.length)]
    if (found === undefined) return
    field.removed.add(lossKey('a', 'snapshot', found.guid))
    await zfs(field.primaryHost(), 'rename', `${name}@${found.name}`, `${name}@${field.newName('o')}`)
    await zfs(field.primaryHost(), 'snapshot', `${name}@${found.name}`)
  },
}
