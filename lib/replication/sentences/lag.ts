import type { Words } from '../words.ts'

/** ` (3 snapshots, about 412 GiB)`: what is known of it, nothing where nothing is. */
export function behindWords(
  words: Words,
  behind: { readonly snapshots: number; readonly bytes: number | null },
): string {
  if (behind.snapshots === 0) return ''
  const size = behind.bytes === null ? '' : `, about ${words.bytes(behind.bytes)}`
  return ` (${words.snapshots(behind.snapshots)}${size})`
}

export function lagAction(snapshots: number): string {
  return snapshots > 0
    ? 'Preview the repair: it shows what would be sent.'
    : 'Check again once both hosts can be reached.'
}
