import type { DatasetType } from '#lib/zfs/types.ts'
import { guidOf, NOW } from '../world.ts'
import { COMMANDS } from './commands.ts'
import { type ModelDataset, type ModelSnapshot, OWN_OVERHEAD, parentOf, partsOf, Refused } from './objects.ts'

const OVERHEAD = { id: OWN_OVERHEAD, born: null }

/** One side: a pool and what is in it, as OpenZFS keeps it. Pure: it counts time by itself and holds no clock. */
export class ModelSan {
  readonly pool: string
  readonly datasets = new Map<string, ModelDataset>()
  #txg = 1000n
  #pieces = 0

  constructor(pool: string) {
    this.pool = pool
  }

  /** Runs `zfs WORDS…`; throws where ZFS refuses, and then nothing has changed. */
  run(words: readonly string[]): void {
    const [verb = '', ...rest] = words
    const command = COMMANDS[verb]
    if (command === undefined) throw new Error(`The model knows no zfs ${verb}.`)
    const flags = rest.filter((word, index) => word.startsWith('-') && word !== '-o' && rest[index - 1] !== '-o')
    const settings = rest.filter((_, index) => rest[index - 1] === '-o')
    const operands = rest.filter((word) => !word.startsWith('-') && !settings.includes(word))
    command(this, { flags, settings: settings.map(settingOf), operands })
  }

  txg(): bigint {
    this.#txg += 1n
    return this.#txg
  }

  newGuid(): string {
    return guidOf(`${this.pool} ${this.txg()}`)
  }

  /** Fresh snapshots are a second apart. */
  now(): number {
    return NOW / 1000 - 5000 + Number(this.#txg - 1000n) / 10
  }

  write(name: string): void {
    this.#pieces++
    const dataset = this.dataset(name)
    // Both sides count on their own; no name is used twice.
    const id = `${this.pool} ${this.#pieces}`
    dataset.live = [...dataset.live, { id, born: null }]
  }

  find(name: string): ModelDataset | null {
    return this.datasets.get(name) ?? null
  }

  dataset(name: string): ModelDataset {
    const found = this.find(name)
    if (found === null) throw new Refused(`cannot open '${name}': dataset does not exist`)
    return found
  }

  snapshot(full: string): { readonly dataset: ModelDataset; readonly snapshot: ModelSnapshot } {
    const [name, short] = partsOf(full)
    const dataset = this.dataset(name)
    const snapshot = dataset.snapshots.find((each) => each.name === short)
    if (snapshot === undefined) throw new Refused(`could not find any snapshots to do: ${full}`)
    return { dataset, snapshot }
  }

  create(name: string, type: DatasetType, local: Iterable<readonly [string, string]> = []): ModelDataset {
    if (this.datasets.has(name)) throw new Refused(`cannot create '${name}': dataset already exists`)
    this.parentMustBe(name)
    const made: ModelDataset = {
      name,
      type,
      guid: this.newGuid(),
      origin: null,
      snapshots: [],
      bookmarks: [],
      live: [OVERHEAD],
      local: new Map(local),
      partial: null,
    }
    this.datasets.set(name, made)
    return made
  }

  parentMustBe(name: string): void {
    const parent = parentOf(name)
    if (parent !== this.pool && this.find(parent)?.type !== 'filesystem')
      throw new Refused(`cannot create '${name}': parent does not exist`)
  }

  /** Datasets below it, itself first. */
  tree(name: string): readonly ModelDataset[] {
    return [...this.datasets.values()].filter((each) => each.name === name || each.name.startsWith(`${name}/`))
  }

  /** Who keeps this snapshot. */
  ownerOf(snapshot: ModelSnapshot): ModelDataset {
    const owner = [...this.datasets.values()].find(({ snapshots }) => snapshots.includes(snapshot))
    if (owner === undefined) throw new Error(`The model lost @${snapshot.name}.`)
    return owner
  }

  clonesOf(snapshot: ModelSnapshot): readonly ModelDataset[] {
    return [...this.datasets.values()].filter(({ origin }) => origin === snapshot)
  }

  originName({ origin }: ModelDataset): string | null {
    return origin === null ? null : `${this.ownerOf(origin).name}@${origin.name}`
  }
}

function settingOf(word: string): readonly [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}
