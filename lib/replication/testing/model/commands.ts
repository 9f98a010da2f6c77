import { type ModelDataset, type ModelSnapshot, partsOf, Refused } from './objects.ts'
import type { ModelSan } from './san.ts'

interface Words {
  readonly flags: readonly string[]
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly operands: readonly string[]
}

/** What the commands that write do, and when ZFS refuses them. */
export const COMMANDS: Readonly<Record<string, (san: ModelSan, words: Words) => void>> = {
  create: (san, { operands: [name = ''], settings }) => {
    san.create(name, 'filesystem', settings)
  },

  /** `-r` passes over what has no snapshot-able state yet: a first receive that is under way. */
  snapshot(san, { flags, operands: [full = ''] }) {
    const [name, short] = partsOf(full)
    const all = flags.includes('-r')
      ? name === san.pool
        ? [...san.datasets.values()]
        : san.tree(name)
      : [san.dataset(name)]
    const ready = all.filter((each) => !isUnborn(each))
    if (ready.length === 0 && name !== san.pool) throw new Refused('dataset is busy')
    if (ready.some(({ snapshots }) => snapshots.some((each) => each.name === short)))
      throw new Refused(`cannot create snapshot '${full}': dataset already exists`)
    const createtxg = san.txg()
    for (const dataset of ready) {
      const data = dataset.live.map((piece) => ({ ...piece, born: piece.born ?? createtxg }))
      dataset.snapshots.push({
        name: short,
        guid: san.newGuid(),
        createtxg,
        creation: san.now(),
        holds: new Set(),
        data,
      })
      dataset.live = []
    }
  },

  /** Of snapshots only. What it alone kept apart goes to the next one, or to the head. */
  destroy(san, { operands: [full = ''] }) {
    const { dataset, snapshot } = san.snapshot(full)
    if (snapshot.holds.size > 0) throw new Refused('it is being held')
    const receivesOnIt = dataset.partial?.fromGuid === snapshot.guid
    if (san.clonesOf(snapshot).length > 0 || receivesOnIt) throw new Refused('snapshot has dependent clones')
    const at = dataset.snapshots.indexOf(snapshot)
    const next = dataset.snapshots[at + 1]
    if (next === undefined) dataset.live = [...snapshot.data, ...dataset.live]
    else next.data = [...snapshot.data, ...next.data]
    dataset.snapshots.splice(at, 1)
  },

  rename(san, { operands: [from = '', to = ''] }) {
    if (from.includes('@')) {
      const { dataset, snapshot } = san.snapshot(from)
      const short = partsOf(to)[1]
      if (dataset.snapshots.some((each) => each.name === short)) throw new Refused('dataset already exists')
      snapshot.name = short
      return
    }
    san.dataset(from)
    if (san.find(to) !== null) throw new Refused(`cannot rename to '${to}': dataset already exists`)
    san.parentMustBe(to)
    for (const each of san.tree(from)) {
      san.datasets.delete(each.name)
      each.name = `${to}${each.name.slice(from.length)}`
      san.datasets.set(each.name, each)
    }
  },

  clone(san, { settings, operands: [full = '', name = ''] }) {
    const { dataset, snapshot } = san.snapshot(full)
    const made = san.create(name, dataset.type, settings)
    made.origin = snapshot
    made.live = []
  },

  promote(san, { operands: [name = ''] }) {
    const clone = san.dataset(name)
    const { origin } = clone
    if (origin === null) throw new Refused(`cannot promote '${name}': not a cloned filesystem`)
    const old = san.ownerOf(origin)
    const moved = old.snapshots.slice(0, old.snapshots.indexOf(origin) + 1)
    const clash = moved.find((each) => clone.snapshots.some((other) => other.name === each.name))
    if (clash !== undefined) throw new Refused(`cannot promote '${name}': conflicting snapshot '${clash.name}'`)
    move(old, clone, moved, origin)
    clone.origin = old.origin
    old.origin = origin
  },

  set(san, { operands: [setting = '', name = ''] }) {
    const at = setting.indexOf('=')
    san.dataset(name).local.set(setting.slice(0, at), setting.slice(at + 1))
  },

  hold(san, { operands: [tag = '', ...names] }) {
    const found = names.map((name) => san.snapshot(name).snapshot)
    const again = found.filter(({ holds }) => holds.has(tag))
    // One by one: what can be held is held, whatever becomes of the others.
    for (const { holds } of found) holds.add(tag)
    if (again.length > 0) throw new Refused('tag already exists on this dataset')
  },

  release(san, { operands: [tag = '', ...names] }) {
    const found = names.map((name) => san.snapshot(name).snapshot)
    const without = found.filter(({ holds }) => !holds.has(tag))
    for (const { holds } of found) holds.delete(tag)
    if (without.length > 0) throw new Refused('no such tag on this dataset')
  },

  bookmark(san, { operands: [full = '', mark = ''] }) {
    const { dataset, snapshot } = san.snapshot(full)
    const { guid, createtxg, creation } = snapshot
    const name = partsOf(mark)[1]
    if (dataset.bookmarks.some((each) => each.name === name)) throw new Refused('bookmark exists')
    dataset.bookmarks.push({ name, guid, createtxg, creation })
  },
}

/** A first receive that was cut off: neither to be snapshotted nor mounted. */
export function isUnborn({ partial, snapshots }: ModelDataset): boolean {
  return partial !== null && partial.fromGuid === null && snapshots.length === 0
}

function move(old: ModelDataset, clone: ModelDataset, moved: readonly ModelSnapshot[], origin: ModelSnapshot): void {
  old.snapshots = old.snapshots.filter((each) => !moved.includes(each))
  clone.snapshots.unshift(...moved)
  const marks = old.bookmarks.filter(({ createtxg }) => createtxg <= origin.createtxg)
  old.bookmarks = old.bookmarks.filter((mark) => !marks.includes(mark))
  clone.bookmarks.unshift(...marks)
}
