import type { ConfigFault } from './effective.ts'

/** `app-config.yaml:12:9 pairs.0.primary: There is no host …` */
export function faultLine({ file, line, column, path, message }: ConfigFault): string {
  return `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`
}

/** The known word that was probably meant, or null. Case, `_`, `-` and blanks do not count: `maxDelayHours` is `max_delay_hours`. */
export function closest(word: string, known: readonly string[]): string | null {
  const plain = flatten(word)
  if (plain === '' || plain.length > 60) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(plain.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(plain, flatten(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` Did you mean …?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = closest(word, known)
  return found === null ? '' : ` Did you mean ${found}?`
}

function flatten(word: string): string {
  return word.toLowerCase().replaceAll(/[_\-\s]/g, '')
}

/** Damerau's distance (a swap of neighbours counts one), the commonest slip at a keyboard. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, cell(i - 2, j - 2) + 1)
      row.push(best)
    }
  }
  return cell(a.length, b.length)
}
