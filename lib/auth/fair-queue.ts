export interface Lane<Name extends string> {
  readonly name: Name
  /** Places to wait in. */
  readonly places: number
}

/**
 * Who waits for their turn: lanes with places of their own, an earlier lane before a later one; within a lane one of each
 * group after the other, however many a group has sent.
 */
export class FairQueue<Name extends string, Item> {
  readonly #lanes: readonly (Lane<Name> & { readonly groups: Map<string, Item[]> })[]

  constructor(lanes: readonly Lane<Name>[]) {
    this.#lanes = lanes.map((lane) => ({ ...lane, groups: new Map() }))
  }

  /**
   * Where the lane is full, the group with the most gives its last place to one that has fewer.
   * @returns who has to go: an item that waited, the new one itself, or nobody
   */
  push(name: Name, group: string, item: Item): Item | null {
    const lane = this.#lanes.find((one) => one.name === name)
    if (lane === undefined) return item
    const own = lane.groups.get(group) ?? []
    const all = [...lane.groups.values()]
    let displaced: Item | null = null
    if (all.reduce((sum, { length }) => sum + length, 0) >= lane.places) {
      const largest = all.reduce((most, one) => (one.length > most.length ? one : most), own)
      if (largest.length < own.length + 2) return item
      displaced = largest.pop() ?? null
    }
    own.push(item)
    lane.groups.set(group, own)
    return displaced
  }

  /** The next one, who waits no longer. */
  shift(): Item | undefined {
    for (const { groups } of this.#lanes) {
      for (const [group, items] of groups) {
        const item = items.shift()
        // The group goes to the end of the round.
        groups.delete(group)
        if (items.length > 0) groups.set(group, items)
        if (item !== undefined) return item
      }
    }
    return undefined
  }
}
