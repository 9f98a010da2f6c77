/** How often each thing occurred: what a soak covered. */
export class Counts {
  readonly #groups = new Map<string, Map<string, number>>()

  add(group: string, name: string, times = 1): void {
    const own = this.#groups.get(group) ?? new Map<string, number>()
    own.set(name, (own.get(name) ?? 0) + times)
    this.#groups.set(group, own)
  }

  of(group: string): ReadonlyMap<string, number> {
    return this.#groups.get(group) ?? new Map()
  }

  text(): string {
    return [...this.#groups]
      .map(([group, own]) => {
        const sorted = [...own].sort(([, x], [, y]) => y - x)
        return `${group}: ${sorted.map(([name, times]) => `${name} ${times}`).join(', ')}`
      })
      .join('\n')
  }
}
