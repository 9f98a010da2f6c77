import { isSnapshotName } from './names.ts'
import { decodeToken } from './token-contents.ts'
import type { ResumeTokenFacts } from './types.ts'

/** What a receiver puts into a token, and nothing else: numbers, a name, and how the stream was sent. */
const NUMBERS = ['fromguid', 'object', 'offset', 'bytes', 'toguid'] as const
const FLAGS = ['largeblockok', 'embedok', 'compressok', 'rawok'] as const
const KNOWN: ReadonlySet<string> = new Set([...NUMBERS, ...FLAGS, 'toname'])

/** Characters: many times what any token says of itself. */
const LONGEST_ANSWER = 64 * 1024

export type TokenContents = Omit<ResumeTokenFacts, 'sends' | 'remainingBytes'>

/**
 * How a token says that its stream is to go on. It comes from the backup and decides alone how `zfs send -t` sends: a token
 * without `rawok` is sent decrypted, whatever the line was. So anything that a receiver does not write by itself is no token
 * at all: a name that is none, a flag that is a number, a field that is not known here.
 */
export function readToken(token: string): TokenContents | null {
  const fields = decodeToken(token)
  if (fields === null || fields.some(([name]) => !KNOWN.has(name))) return null
  const found = new Map(fields)
  const toName = found.get('toname')
  const numbers = NUMBERS.map((name) => found.get(name))
  const flags = FLAGS.map((name) => found.get(name))
  if (typeof toName !== 'string' || !isSnapshotName(toName)) return null
  if (flags.some((flag) => flag !== undefined && flag !== true)) return null
  const [from, object, offset, bytes, toGuid] = numbers
  if (typeof object !== 'bigint' || typeof offset !== 'bigint') return null
  if (typeof bytes !== 'bigint' || typeof toGuid !== 'bigint' || typeof (from ?? 0n) !== 'bigint') return null
  const [largeBlocks, embedded, compressed, raw] = flags.map((flag) => flag === true)
  return {
    toName,
    toGuid: toGuid.toString(),
    fromGuid: from === undefined ? null : from.toString(),
    bytes: Math.min(Number(bytes), Number.MAX_SAFE_INTEGER),
    flags: {
      raw: raw === true,
      largeBlocks: largeBlocks === true,
      compressed: compressed === true,
      embedded: embedded === true,
    },
  }
}

/**
 * What the sending host says of a token beside what it holds, on stdout (2.3.9; other versions use stderr, so give both, one
 * after the other):
 *
 *     resume token contents:
 *     nvlist version: 0
 *     <tab>toguid = 0x65463ae0bf5178cd
 *     <tab>toname = hqs8p1/s@d
 *     …
 *     incremental<tab>hqs8p1/s@c<tab>hqs8p1/s@d<tab>23501016      (or full<tab>hqs8p1/s@d<tab>23501016)
 *     size<tab>23501016
 *
 * The contents are not read from that (see token-contents.ts), only what it would send: names as they are now, whatever they
 * were when the transfer began. The contents are printed for a stale token too, with exit code 255 and the reason on stderr.
 *
 * @returns null when the text does not say what would be sent, or says so more than once.
 */
export function parseResumeToken(token: string, text: string): ResumeTokenFacts | null {
  const contents = readToken(token)
  const rows = text
    .slice(0, LONGEST_ANSWER)
    .split('\n')
    .map((line) => line.split('\t'))
  const streams = rows.filter(([kind]) => kind === 'full' || kind === 'incremental')
  const [stream = []] = streams
  const [kind = '', ...names] = stream
  if (contents === null || streams.length !== 1 || names.length !== (kind === 'full' ? 2 : 3)) return null
  const [from, to] = kind === 'full' ? [null, names[0] ?? ''] : [names[0] ?? '', names[1] ?? '']
  const size = rows.find(([first]) => first === 'size')?.[1] ?? ''
  return { ...contents, sends: { from, to }, remainingBytes: /^[0-9]+$/.test(size) ? plausibleBytes(size) : null }
}

/** A size as `zfs send -nP` prints it; null for the nonsense near 2^64 that some estimates end in. */
export function plausibleBytes(decimal: string): number | null {
  const bytes = Number(decimal)
  return Number.isSafeInteger(bytes) ? bytes : null
}
