import { guidFromHex } from './guid.ts'
import { isSnapshotName } from './names.ts'
import type { ResumeTokenFacts } from './types.ts'

/** `1-<checksum>-<length>-<payload>`, hexadecimal; a few hundred characters. */
const TOKEN = /^[0-9]{1,3}-[0-9a-f]{1,16}-[0-9a-f]{1,8}-[0-9a-f]{2,16384}$/

/** Characters: many times what any token says of itself. */
const LONGEST_ANSWER = 64 * 1024

/** The shape alone; whether it still applies only the sending host can say. */
export function isResumeToken(text: string): boolean {
  return TOKEN.test(text)
}

/**
 * Reads what `resumeTokenFacts` printed on stdout (on 2.3.9; other versions use stderr, so give both, one after the
 * other):
 *
 *     resume token contents:
 *     nvlist version: 0
 *     <tab>bytes = 0x130c980
 *     <tab>toguid = 0x65463ae0bf5178cd
 *     <tab>toname = hqs8p1/s@d
 *     <tab>rawok = 1                        (only of a raw stream)
 *     full<tab>hqs8p1/s@d<tab>23501016
 *     size<tab>23501016
 *
 * The first part is printed for a stale token too, with exit code 255 and the reason on stderr: a token is usable only
 * if the exit code is 0. `toName` is what the sender was called then; a renamed dataset is found by guid.
 *
 * @returns null when the text is no such answer.
 */
export function parseResumeToken(text: string): ResumeTokenFacts | null {
  const fields = new Map<string, string>()
  let remainingBytes: number | null = null
  for (const line of text.slice(0, LONGEST_ANSWER).split('\n')) {
    const field = /^\t([a-z]+) = (.*)$/.exec(line)
    if (field?.[1] !== undefined && field[2] !== undefined) fields.set(field[1], field[2])
    const size = /^size\t([0-9]+)$/.exec(line)
    if (size?.[1] !== undefined) remainingBytes = plausibleBytes(size[1])
  }
  const toName = fields.get('toname') ?? ''
  const toGuid = guidFromHex(fields.get('toguid') ?? '')
  const bytes = fields.get('bytes') ?? ''
  if (toGuid === null || !isSnapshotName(toName) || !/^0x[0-9a-f]{1,16}$/.test(bytes)) return null
  const from = fields.get('fromguid')
  const fromGuid = from === undefined ? null : guidFromHex(from)
  if (from !== undefined && fromGuid === null) return null
  return {
    toName,
    toGuid,
    fromGuid,
    bytes: Math.min(Number(bytes), Number.MAX_SAFE_INTEGER),
    remainingBytes,
    ...(fields.get('rawok') === '1' ? { raw: true } : {}),
  }
}

/** A size as `zfs send -nP` prints it; null for the nonsense near 2^64 that some estimates end in. */
export function plausibleBytes(decimal: string): number | null {
  const bytes = Number(decimal)
  return Number.isSafeInteger(bytes) ? bytes : null
}
