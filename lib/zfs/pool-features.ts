import { linesOf } from './lines.ts'

/** Characters: many times what any pool has. */
const LONGEST_ANSWER = 64 * 1024

export type FeatureState = 'disabled' | 'enabled' | 'active'

/** The answer of `poolProperties`: the pool's features by name. A pool without any (or an unreadable answer) is empty. */
export function parsePoolFeatures(stdout: string): ReadonlyMap<string, FeatureState> {
  const features = new Map<string, FeatureState>()
  for (const line of linesOf(stdout.slice(0, LONGEST_ANSWER))) {
    const match = /^feature@([a-z0-9_:.-]{1,100})\t(disabled|enabled|active)$/.exec(line)
    if (match?.[1] !== undefined) features.set(match[1], match[2] as FeatureState)
  }
  return features
}

/** Features that a stream can carry: a receiving pool without them refuses it, or keeps the data in another form. */
const IN_STREAMS: ReadonlySet<string> = new Set([
  'embedded_data',
  'encryption',
  'large_blocks',
  'large_dnode',
  'large_microzap',
  'longname',
  'lz4_compress',
  'redacted_datasets',
  'zstd_compress',
])

export interface FeatureGap {
  readonly name: string
  /** `absent`: the host's ZFS does not know it; `disabled`: its pool was never upgraded to it. */
  readonly there: 'absent' | 'disabled'
  /** A stream can carry it; the others concern the pool alone. */
  readonly inStreams: boolean
}

/** Features in use on the primary's pool that the backup's lacks. */
export function featureGaps(
  primary: ReadonlyMap<string, FeatureState>,
  backup: ReadonlyMap<string, FeatureState>,
): readonly FeatureGap[] {
  return [...primary].flatMap(([name, state]) => {
    const there = backup.get(name)
    if (state !== 'active' || there === 'enabled' || there === 'active') return []
    return [{ name, there: there ?? 'absent', inStreams: IN_STREAMS.has(name) }]
  })
}
