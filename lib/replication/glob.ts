/**
 * Does a name match a glob (`*` any run, `?` one character, everything else itself)? Linear in practice and never
 * exponential: a pattern from the config must not be able to hang a scan, so this is not turned into a RegExp.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  let at = 0
  let p = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const wanted = pattern[p]
    if (wanted === '*') {
      star = p++
      starAt = at
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[at])) {
      at++
      p++
    } else if (star >= 0) {
      // The last star takes one character more; earlier stars never need a second try.
      p = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
