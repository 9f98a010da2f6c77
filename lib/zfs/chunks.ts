const MAX_NAMES = 100
/** One remote command is one argv element of the far shell, 128 KiB at most; a chunk takes a share of it. */
const MAX_BYTES = 16 * 1024

/** Names in groups that one listing can take. A failure then costs one group, not the whole host. */
export function chunkNames(
  names: readonly string[],
  maxNames = MAX_NAMES,
  maxBytes = MAX_BYTES,
): readonly (readonly string[])[] {
  const chunks: string[][] = []
  let bytes = 0
  for (const name of names) {
    const last = chunks.at(-1)
    // Three more for the quotes and the space.
    const cost = name.length + 3
    if (last === undefined || last.length >= maxNames || bytes + cost > maxBytes) {
      chunks.push([name])
      bytes = cost
    } else {
      last.push(name)
      bytes += cost
    }
  }
  return chunks
}
