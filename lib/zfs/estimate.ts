import { linesOf } from './cells.ts'
import { isSnapshotName, NAME_LIMIT, splitSnapshot } from './names.ts'
import { plausibleBytes } from './token.ts'
import type { EstimateStep, SendEstimate } from './types.ts'

/** A dataset has no more snapshots that could be sent. */
const MOST_STEPS = 100_000

/**
 * Reads what `zfs send -nvP` printed on stdout:
 *
 *     incremental<tab>a<tab>hqs8p1/s@b<tab>3028216
 *     size<tab>3028216
 *
 * `from` is made a whole name (`hqs8p1/s@a`, `hqs8p1/s#mark`), whichever form the host printed. It stays an estimate: it
 * can be far off either way, and it is printed even where the send itself would be refused (key not loaded).
 *
 * @returns null when there is not a single step in it, or something that is none.
 */
export function parseSendEstimate(text: string): SendEstimate | null {
  const steps: EstimateStep[] = []
  let totalBytes: number | null = null
  for (const line of linesOf(text)) {
    const [kind, first = '', second = '', third = ''] = line.split('\t', 4)
    if (kind === 'full' || kind === 'incremental') {
      const to = kind === 'full' ? first : second
      const from = kind === 'full' ? null : wholeName(first, second)
      // What is not a name of a snapshot is no step of a stream, and what has such a line is no estimate.
      if (steps.length >= MOST_STEPS || !isSnapshotName(to) || (from !== null && from.length > NAME_LIMIT)) return null
      steps.push({ kind, from, to, bytes: readBytes(kind === 'full' ? second : third) })
    }
    if (kind === 'size') totalBytes = readBytes(first)
  }
  return steps.length === 0 ? null : { steps, totalBytes }
}

function readBytes(text: string): number | null {
  return /^[0-9]+$/.test(text) ? plausibleBytes(text) : null
}

function wholeName(from: string, to: string): string {
  const dataset = splitSnapshot(to)?.dataset ?? ''
  if (from.startsWith('@') || from.startsWith('#')) return `${dataset}${from}`
  return /[@#]/.test(from) ? from : `${dataset}@${from}`
}
