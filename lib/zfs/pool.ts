import { cleanLine } from '#lib/text/clean.ts'
import { linesOf } from './cells.ts'

/** Distributions scrub monthly; a pool whose last scrub is longer ago than this is not read as it should be. */
export const SCRUB_DAYS = 35

export interface PoolStatus {
  /** Null where none is on record: never scrubbed, cancelled, or a resilver came after it. */
  readonly scrub: {
    /** Epoch seconds of its end, null while it runs or where its date cannot be read. */
    readonly endedAt: number | null
    readonly running: boolean
    readonly errors: number | null
  } | null
  /** The text after `scan:`, or null. */
  readonly scan: string | null
  /** The text after `errors:`; null where it says that none are known. */
  readonly dataErrors: string | null
}

/**
 * Reads `zpool status POOL`, which is made for people: what is not recognised is null. Its dates are by the host's zone;
 * `offsetSeconds` is what that zone is ahead of UTC now (a date across a clock change is off by that hour).
 */
export function parsePoolStatus(stdout: string, offsetSeconds: number): PoolStatus {
  const scan = fieldOf(stdout, 'scan')
  const errors = fieldOf(stdout, 'errors')
  return {
    scan,
    scrub: scan === null ? null : readScrub(scan, offsetSeconds),
    dataErrors: errors === null || /^No known data errors$/.test(errors) ? null : errors,
  }
}

/** The first line of a field; the lines that go on with it are indented by a tab. */
function fieldOf(stdout: string, field: string): string | null {
  const text = new RegExp(`^ *${field}: (.+)$`, 'm').exec(stdout)?.[1]
  return text === undefined ? null : cleanLine(text, 300)
}

function readScrub(scan: string, offsetSeconds: number): PoolStatus['scrub'] {
  if (/^scrub (in progress|paused)/.test(scan)) return { endedAt: null, running: true, errors: null }
  const ended = /^scrub repaired .{0,100} with (\d{1,20}) errors on (.{1,100})$/.exec(scan)
  if (ended === null) return null
  return { endedAt: readDate(ended[2] ?? '', offsetSeconds), running: false, errors: Number(ended[1]) }
}

/** `Sun Nov 22 23:10:00 2026`, as ctime writes it in every locale. */
function readDate(text: string, offsetSeconds: number): number | null {
  const parts = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text.trim())
  const month = MONTHS.indexOf(parts?.[1] ?? '')
  if (parts === null || month < 0) return null
  const [day, hour, minute, second, year] = [2, 3, 4, 5, 6].map((index) => Number(parts[index]))
  return Math.floor(Date.UTC(year ?? 0, month, day, hour, minute, second) / 1000) - offsetSeconds
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The answer of `date +%z` (`+0130`) in seconds ahead of UTC, or null. */
export function parseZoneOffset(stdout: string): number | null {
  const parts = /^([+-])(\d\d)(\d\d)\n?$/.exec(stdout)
  if (parts === null) return null
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 3600 + Number(parts[3]) * 60)
}

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

interface FeatureGap {
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
