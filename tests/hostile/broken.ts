/** What one kind of breach was, in how many looks, and where first. */
export interface BrokenKind {
  readonly kind: string
  looks: number
  seed: number
  look: number
  what: string
}

/** All that broke, by its kind. */
export class Broken {
  readonly #kinds = new Map<string, BrokenKind>()
  /** Looks in which anything did. */
  looks = 0

  /** @returns true where nothing of this kind was known */
  add(found: Readonly<BrokenKind>): boolean {
    const known = this.#kinds.get(found.kind)
    if (known === undefined) {
      this.#kinds.set(found.kind, { ...found })
      return true
    }
    known.looks += found.looks
    if (found.seed < known.seed) Object.assign(known, { seed: found.seed, look: found.look, what: found.what })
    return false
  }

  get kinds(): readonly BrokenKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.looks - a.looks)
  }

  table(): string {
    const rows = this.kinds.map(
      ({ kind, looks, seed, look, what }) => `| ${kind} | ${looks} | ${seed}, ${look} | ${oneLine(what)} |`,
    )
    return ['| what broke | looks | first: seed, look | for example |', '| --- | --- | --- | --- |', ...rows].join('\n')
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 200)
