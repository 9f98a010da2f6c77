import { takeStock } from '#tests/invariants/stock.ts'
import { Broken } from './broken.ts'
import type { Field } from './field.ts'
import { look } from './on-witness.ts'
import type { Operation } from './operation.ts'
import { backup, primary, zfs } from './places.ts'

const HOUR = 3600_000

/** What takes days, with a check now and then that the oracle judges too. */
export const LONG_STORIES: Readonly<Record<string, (field: Field, operation: Operation) => Promise<void>>> = {
  /** The primary keeps a few snapshots only, whatever the backup has of them; the last common one may be held or marked. */
  async retention(field, { a, b, c }) {
    field.touched()
    const name = primary(field, a)
    await keepCommon(field, name, c)
    await prune(field, name, b % 4)
  },

  /** Days without replication: snapshots come and go, checks look on, nothing is sent. */
  async deadReplication(field, { a, b, c }) {
    const name = primary(field, a)
    await keepCommon(field, name, c)
    await days(field, name, { b, nameOf: () => field.newName() })
  },

  /** The schedule on the primary was renamed: snapshots go on, none that the policy wants. */
  async otherNames(field, { a, b, c }) {
    const name = primary(field, a)
    if (c % 2 === 0) await keepCommon(field, name, c >> 1)
    const { snapshot_include: include, snapshot_exclude: exclude } = field.policy
    const nameOf = () =>
      include !== undefined
        ? field.newName('x')
        : exclude?.includes('*7')
          ? `${field.newName()}-7`
          : field.newName('syncoid_')
    await days(field, name, { b, nameOf })
  },

  /** The witness is down for longer than retention: what it knew of the primary is gone when it is back. */
  async downForLong(field, { a, b }) {
    const { bed } = field
    const name = primary(field, a)
    field.touched()
    await bed.run(field.engine.stop())
    for (let left = 3 + (b % 4); left > 0; left--) {
      await bed.clock.pass(24 * HOUR)
      if (field.find('a', name) !== null) field.snapshot(name, 1000)
    }
    await prune(field, name, 2)
    await bed.restart()
  },

  /** The data directory is lost; its successor has to be as worried without the memory. */
  async loseDatabase({ bed, oracle }) {
    await bed.idle()
    await bed.newDatabase()
    oracle.databaseLost()
  },
}

async function days(field: Field, name: string, { b, nameOf }: { b: number; nameOf: () => string }): Promise<void> {
  const { bed } = field
  await bed.idle()
  const hours = [1, 6, 6, 24, 24 * 7][b % 5] ?? 6
  const keep = 1 + ((b >> 3) % 4)
  for (let left = 4 + ((b >> 5) % 10); left > 0 && !bed.witness.life.over; left--) {
    await bed.clock.pass(hours * HOUR)
    if (field.find('a', name) !== null) {
      field.primaryHost().zfs.snapshot(`${name}@${nameOf()}`, { bytes: 1000 })
      await prune(field, name, keep)
    }
    await look(field, false)
    const found = field.judge(takeStock(bed))
    if (found.length > 0) throw new Broken(found)
  }
}

/** The newest common one is held, or lives on as a bookmark, or neither. */
async function keepCommon(field: Field, name: string, c: number): Promise<void> {
  const [host, to] = backup(field, field.primaries.indexOf(name))
  const held = new Set(field.find(host.id, to)?.snapshots.map(({ guid }) => guid))
  const common = field.find('a', name)?.snapshots.findLast(({ guid }) => held.has(guid))
  if (common === undefined) return
  const at = `${name}@${common.name}`
  if (c % 3 === 0) await zfs(field.primaryHost(), 'hold', field.newName('kept'), at)
  if (c % 3 === 1) await zfs(field.primaryHost(), 'bookmark', at, `${name}#${field.newName('kept')}`)
}

/** Retention from the oldest end; what is held stays. */
async function prune(field: Field, name: string, keep: number): Promise<void> {
  const snapshots = field.find('a', name)?.snapshots ?? []
  for (const each of snapshots.slice(0, Math.max(0, snapshots.length - 1 - keep))) {
    if (each.holds > 0) continue
    field.forgets('a', each)
    await zfs(field.primaryHost(), 'destroy', `${name}@${each.name}`)
  }
}
