import { openWorld, type World, type WorldSize } from './world.ts'

/** Making a thousand datasets takes seconds: worlds that nobody changes are made once. */
export class Worlds {
  readonly #open = new Map<string, Promise<World>>()

  get({ datasets, snapshots }: WorldSize): Promise<World> {
    const key = `${datasets} ${snapshots}`
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const made = openWorld({ datasets, snapshots })
    this.#open.set(key, made)
    return made
  }

  async close(): Promise<void> {
    const worlds = await Promise.allSettled(this.#open.values())
    this.#open.clear()
    await Promise.all(worlds.map((world) => (world.status === 'fulfilled' ? world.value.close() : undefined)))
  }
}
