export interface MinuteTallyOptions {
  /** How many of one key each minute are let through as they come. */
  readonly first: number
  /** How many keys a minute are told apart; whatever comes from others is one number. */
  readonly keys: number
  /** What was counted instead, at the end of the minute. `key` null: all those that were not told apart. */
  readonly tell: (key: string | null, counted: Counted) => void
  /** Calls once after `ms`; the answer takes it back. */
  readonly after?: (ms: number, call: () => void) => () => void
}

export interface Counted {
  readonly count: number
  /** What it was, most frequent first, for example `401 × 12, 404 × 3`. */
  readonly kinds: string
}

const MINUTE_MS = 60_000
/** Kinds (status codes) that are told apart. */
const MOST_KINDS = 12

interface Entry {
  passed: number
  count: number
  readonly kinds: Map<string, number>
}

/**
 * A brake on lines that others can cause as fast as they like: the first ones of a minute are let through, the rest is
 * counted, and the count is one line. Who went on through a minute is only counted in the next one too.
 */
export class MinuteTally {
  readonly #options: MinuteTallyOptions
  #entries = new Map<string, Entry>()
  #others = emptyEntry()
  #cancel: (() => void) | null = null

  constructor(options: MinuteTallyOptions) {
    this.#options = options
  }

  /** True: let this one through. False: it was counted. */
  passes(key: string, kind: string): boolean {
    this.#wait()
    const known = this.#entries.get(key)
    const entry = known ?? this.#newEntry(key)
    if (entry !== null && entry.passed < this.#options.first) {
      entry.passed += 1
      return true
    }
    count(entry ?? this.#others, kind)
    return false
  }

  /** Tells what is counted by now. */
  close(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#tell()
  }

  #newEntry(key: string): Entry | null {
    if (this.#entries.size >= this.#options.keys) return null
    const entry = emptyEntry()
    this.#entries.set(key, entry)
    return entry
  }

  #wait(): void {
    this.#cancel ??= (this.#options.after ?? afterUnref)(MINUTE_MS, () => {
      this.#cancel = null
      for (const key of this.#tell()) this.#entries.set(key, { ...emptyEntry(), passed: this.#options.first })
      // Those that stay known are forgotten after a minute of silence.
      if (this.#entries.size > 0) this.#wait()
    })
  }

  /** Ends the minute. @returns the keys of which some were counted */
  #tell(): readonly string[] {
    const busy = [...this.#entries].filter(([, entry]) => entry.count > 0)
    const others = this.#others
    this.#entries = new Map()
    this.#others = emptyEntry()
    for (const [key, entry] of busy) this.#options.tell(key, counted(entry))
    if (others.count > 0) this.#options.tell(null, counted(others))
    return busy.map(([key]) => key)
  }
}

function emptyEntry(): Entry {
  return { passed: 0, count: 0, kinds: new Map() }
}

function count(entry: Entry, kind: string): void {
  const name = entry.kinds.has(kind) || entry.kinds.size < MOST_KINDS ? kind : 'others'
  entry.count += 1
  entry.kinds.set(name, (entry.kinds.get(name) ?? 0) + 1)
}

function counted(entry: Entry): Counted {
  const kinds = [...entry.kinds].sort(([, a], [, b]) => b - a)
  return { count: entry.count, kinds: kinds.map(([kind, times]) => `${kind} × ${times}`).join(', ') }
}

function afterUnref(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
