import { MEASURES } from './measures/all.ts'

export interface Wanted {
  /** Empty: all. */
  readonly names: readonly string[]
  readonly quick: boolean
  /** Measure nothing: write the last results into docs/benches.md. */
  readonly writeDocs: boolean
}

export function argumentsOf(words: readonly string[]): Wanted | { readonly fault: string } {
  const known = MEASURES.map(({ name }) => name)
  const flags = words.filter((word) => word.startsWith('-'))
  const names = words.filter((word) => !word.startsWith('-'))
  const odd = [
    ...flags.filter((flag) => flag !== '--quick' && flag !== '--write-docs'),
    ...names.filter((name) => !known.includes(name)),
  ]
  if (odd.length > 0) {
    return {
      fault: `There is no "${odd.join(' ')}". Write --quick, --write-docs, or some of: ${known.join(', ')}.`,
    }
  }
  return { names, quick: flags.includes('--quick'), writeDocs: flags.includes('--write-docs') }
}
