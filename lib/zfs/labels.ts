/** The part after `@` or `#`, and its createtxg: what a recursive snapshot has in common on all its datasets. */
export interface Label {
  readonly name: string
  txg: bigint
  /** What followed it the last time. */
  next: Label | null
}

/** In bytes, some 60,000 of usual length; whatever comes after them is not shared. */
const MOST_BYTES = 8_000_000
/** Without its characters: a name, a createtxg, and what finds them. */
const LABEL_BYTES = 100

/**
 * Labels that were read, each once: a thousand datasets that are snapped together have the same few hundred, in the same
 * order, so what comes next is guessed and nothing is made to look it up.
 */
export class Labels {
  readonly #byName = new Map<string, Label>()
  #last: Label | null = null
  #bytes = 0

  /** That of `text` from `start` to `end`, if it is known. */
  at(text: string, start: number, end: number): Label | undefined {
    const guess = this.#last?.next
    const isIt = guess != null && guess.name.length === end - start && text.startsWith(guess.name, start)
    const label = isIt ? guess : this.#byName.get(text.slice(start, end))
    if (label !== undefined) this.#follow(label)
    return label
  }

  add(name: string, txg: bigint): void {
    if (this.#bytes >= MOST_BYTES) return
    this.#bytes += LABEL_BYTES + name.length
    const label: Label = { name, txg, next: null }
    this.#byName.set(name, label)
    this.#follow(label)
  }

  #follow(label: Label): void {
    if (this.#last !== null) this.#last.next = label
    this.#last = label
  }
}
