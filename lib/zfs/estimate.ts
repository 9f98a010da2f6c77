import { splitSnapshot } from './paths.ts'
import { plausibleBytes } from './token.ts'
import type { EstimateStep, SendEstimate } from './types.ts'

/**
 * Reads what `zfs send -nvP` printed on stdout:
 *
 *     incremental<tab>a<tab>hqs8p1/s@b<tab>3028216
 *     size<tab>3028216
 *
 * `from` is made a whole name (`hqs8p1/s@a`, `hqs8p1/s#mark`), whichever form the host printed. It stays an estimate: it
 * can be far off either way, and it is printed even where the send itself would be refused (key not loaded).
 *
 * @returns null when there is not a single step in it.
 */
export function parseSendEstimate(text: string): SendEstimate | null {
  const steps: EstimateStep[] = []
  let totalBytes: number | null = null
  for (const line of text.split('\n')) {
    const [kind, first = '', second = '', third = ''] = line.split('\t')
    if (kind === 'full') steps.push({ kind, from: null, to: first, bytes: readBytes(second) })
    if (kind === 'incremental')
      steps.push({ kind, from: wholeName(first, second), to: second, bytes: readBytes(third) })
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
