import { linesOf } from '#lib/zfs/cells.ts'

/**
 * The lines of each dataset of a listing, so that one which cannot be read costs no other dataset its listing. Null where a
 * line is nobody's, or the last one was cut off: then it cannot be told whose is missing.
 * @param ownerOf whose a line is; null: nobody's
 */
export function ownLines(
  output: string,
  names: readonly string[],
  ownerOf: (line: string) => string | null,
): ReadonlyMap<string, string> | null {
  if (!output.endsWith('\n')) return null
  const own = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const line of linesOf(output)) {
    const owner = ownerOf(line)
    if (owner === null) return null
    const lines = own.get(owner)
    if (lines === undefined) own.set(owner, [`${line}\n`])
    else lines.push(`${line}\n`)
  }
  return new Map([...own].map(([name, lines]) => [name, lines.join('')]))
}
