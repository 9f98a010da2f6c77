import type { Words } from '../words.ts'
import type { StalePrimary } from './evidence.ts'
import { type Said, said } from './sentence.ts'

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

/** Of PRIMARY_STALE and PRIMARY_STOPPED alike: only how long it has gone on differs. */
export function stalePrimary(w: Words, e: StalePrimary): Said {
  const rest =
    e.behind === 0
      ? `${w.backup} has everything there is; replication is not the problem.`
      : `${w.backup} lacks ${w.snapshots(e.behind)} of those there are.`
  if (e.newestSkipped === null)
    return said(
      `${w.primary} has taken no new snapshot for ${w.duration(e.ageSeconds)}. ${rest}`,
      `Check the snapshot schedule on ${w.primary}.`,
    )
  return said(
    `${w.primary} has taken no snapshot that policy wants for ${w.duration(e.ageSeconds)}; newer ones such as @${e.newestSkipped.name} are left out. ${rest}`,
    `Check \`snapshot_include\` / \`snapshot_exclude\`, and the snapshot schedule on ${w.primary}.`,
  )
}
