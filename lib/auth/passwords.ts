import { PASSWORD_COST } from '#config/password-cost.ts'
import { tooMany } from '#lib/runtime/problem.ts'

/**
 * Each takes 64 MiB and a tenth of a second of a core: more at once would starve what the machine is there for. One thread for
 * each core does this and all that waits for the disk: one is always left for that.
 */
const AT_ONCE = navigator.hardwareConcurrency > 2 ? 2 : 1
/**
 * First come people who are known here, then networks from which someone signed in before, then everyone else. Of the first
 * two each waits for its own guesses, so they cannot keep the last one waiting; a hundred strangers are served in ten seconds.
 */
const LANES = [
  { name: 'known', places: 20 },
  { name: 'returning', places: 20 },
  { name: 'stranger', places: 100 },
] as const

export interface Turn {
  readonly lane: (typeof LANES)[number]['name']
  /** Who takes turns with the others of the lane. */
  readonly group: string
  /** Of who asks: no one's time is spent on one who has gone. */
  readonly signal?: AbortSignal
}

export const NO_PLACE = 'Too many people sign in at this moment; try again in a few seconds.'
export const NO_PLACE_SECONDS = 5

/** All places are taken, or who asked went away before their turn: the password was not looked at. */
export class NoPlace extends Error {
  constructor() {
    super(NO_PLACE)
    this.name = 'NoPlace'
  }
}

export interface Passwords {
  /** For someone who may already set one. @throws Problem 429 when too many wait */
  hash(password: string): Promise<string>
  /** @throws NoPlace when too many wait already */
  verify(password: string, hash: string, turn: Turn): Promise<boolean>
}

type Waiting = PromiseWithResolvers<void>

/** argon2id, a few at a time. */
export function createPasswords(atOnce = AT_ONCE): Passwords {
  let running = 0
  const queue = new FairQueue<Turn['lane'], Waiting>(LANES)

  async function inTurn<T>({ lane, group, signal }: Turn, work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      const own: Waiting = Promise.withResolvers()
      queue.push(lane, group, own)?.reject(new NoPlace())
      await own.promise
    } else running += 1
    try {
      if (signal?.aborted) throw new NoPlace()
      return await work()
    } finally {
      // The place goes on to the next one without ever being free, so that no one slips in between.
      const next = queue.shift()
      if (next) next.resolve()
      else running -= 1
    }
  }

  return {
    async hash(password) {
      try {
        return await inTurn({ lane: 'known', group: 'new passwords' }, () => Bun.password.hash(password, PASSWORD_COST))
      } catch (error) {
        if (error instanceof NoPlace) return tooMany(NO_PLACE, NO_PLACE_SECONDS)
        throw error
      }
    },
    verify: (password, hash, turn) => inTurn(turn, () => Bun.password.verify(password, hash)),
  }
}

const SHORTEST_PASSWORD = 10
export const LONGEST_PASSWORD = 200

/** Null, or what is wrong with it. */
export function passwordFault(password: string, name: string): string | null {
  if (password.length < SHORTEST_PASSWORD)
    return `The password is too short; take at least ${SHORTEST_PASSWORD} characters, for example three words.`
  if (password.length > LONGEST_PASSWORD) return `The password is longer than ${LONGEST_PASSWORD} characters.`
  if (password.toLowerCase() === name || new Set(password).size < 4)
    return 'The password is too easy to guess; take for example three words.'
  return null
}

interface Lane<Name extends string> {
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
   * @returns who has to go: an item that waited, the new one itself, or no one
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
