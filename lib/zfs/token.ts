import { deflateSync, inflateSync } from 'node:zlib'
import { isSnapshotName } from './names.ts'
import type { ResumeTokenFacts } from './types.ts'

/** What a receiver puts into a token, and nothing else: numbers, a name, and how the stream was sent. */
const NUMBERS = ['fromguid', 'object', 'offset', 'bytes', 'toguid'] as const
const FLAGS = ['largeblockok', 'embedok', 'compressok', 'rawok'] as const
const KNOWN: ReadonlySet<string> = new Set([...NUMBERS, ...FLAGS, 'toname'])

/** Characters: many times what any token says of itself. */
const LONGEST_ANSWER = 64 * 1024

type TokenContents = Omit<ResumeTokenFacts, 'sends' | 'remainingBytes'>

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
 * The contents are not read from that (see `readToken`), only what it would send: names as they are now, whatever they
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

/** `1-<checksum>-<length>-<payload>`, hexadecimal; a few hundred characters. */
const TOKEN = /^[0-9]{1,3}-[0-9a-f]{1,16}-[0-9a-f]{1,8}-[0-9a-f]{2,16384}$/

/** The shape alone; whether it still applies only the sending host can say. */
export function isResumeToken(text: string): boolean {
  return TOKEN.test(text)
}

/*
 * What a resume token holds, read here and not from what a host prints of it: the text that `zfs send -nvP -t` prints cannot
 * be told from one in which a line break inside a name has made up further lines (measured on 2.3.9). A token is
 * `1-CHECKSUM-LENGTH-HEX`, all in hexadecimal: the deflated bytes of an nvlist as the kernel packs it (native, little-endian),
 * the length of those bytes, and the first word of the fletcher4 of the deflated ones.
 */

/** A pair of the list: a number, a name, or a flag, which is there or not. */
export type TokenField = readonly [name: string, value: bigint | string | true]

/** Far more than any token holds: six numbers, one name and four flags. */
const MOST_BYTES = 16 * 1024
/** Native, little-endian, reserved; version 0; names are unique. */
const HEADER = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
const END = Buffer.alloc(4)
const PAIR_BYTES = 16
const TYPES = { flag: 1, number: 8, text: 9 } as const

/**
 * Strict: what is read is packed again, and has to be the same bytes. So there is no token that ZFS would read differently.
 *
 * @returns null where the text is no token, or holds anything but numbers, names and flags, each once.
 */
export function decodeToken(token: string): readonly TokenField[] | null {
  if (!isResumeToken(token)) return null
  const [version, sum = '', length = '', hex = ''] = token.split('-')
  const deflated = Buffer.from(hex, 'hex')
  if (version !== '1' || hex.length % 2 !== 0 || BigInt(`0x${sum}`) !== checksum(deflated)) return null
  const packed = inflate(deflated)
  if (packed === null || packed.length !== Number.parseInt(length, 16)) return null
  const fields = unpack(packed)
  if (fields === null || new Set(fields.map(([name]) => name)).size !== fields.length) return null
  return pack(fields).equals(packed) ? fields : null
}

/** The token of these fields, as a receiver would give it; for the simulator and for tests. */
export function encodeToken(fields: readonly TokenField[]): string {
  const packed = pack(fields)
  const deflated = deflateSync(packed)
  return `1-${checksum(deflated).toString(16)}-${packed.length.toString(16)}-${deflated.toString('hex')}`
}

function inflate(deflated: Buffer): Buffer | null {
  try {
    return inflateSync(deflated, { maxOutputLength: MOST_BYTES })
  } catch {
    // No zlib stream, cut off, or longer than any token is: no token either way.
    return null
  }
}

/** First word of fletcher4: the sum of all whole 32-bit words. */
function checksum(bytes: Buffer): bigint {
  let sum = 0n
  for (let at = 0; at + 4 <= bytes.length; at += 4) sum += BigInt(bytes.readUInt32LE(at))
  return BigInt.asUintN(64, sum)
}

function unpack(packed: Buffer): readonly TokenField[] | null {
  const fields: TokenField[] = []
  let at = HEADER.length
  while (at + PAIR_BYTES <= packed.length) {
    const size = packed.readUInt32LE(at)
    const nameBytes = packed.readUInt16LE(at + 4)
    const type = packed.readUInt32LE(at + 12)
    const valueAt = at + aligned(PAIR_BYTES + nameBytes)
    const end = at + size
    if (nameBytes < 2 || valueAt > end || end > packed.length) return null
    const value = readValue(type, packed.subarray(valueAt, end))
    if (value === null) return null
    fields.push([packed.toString('latin1', at + PAIR_BYTES, at + PAIR_BYTES + nameBytes - 1), value])
    at = end
  }
  return fields
}

function readValue(type: number, bytes: Buffer): TokenField[1] | null {
  if (type === TYPES.flag) return true
  if (type === TYPES.number) return bytes.length === 8 ? bytes.readBigUInt64LE() : null
  if (type !== TYPES.text) return null
  const end = bytes.indexOf(0)
  return end < 0 ? null : bytes.toString('latin1', 0, end)
}

function pack(fields: readonly TokenField[]): Buffer {
  return Buffer.concat([HEADER, ...fields.map(packPair), END])
}

function packPair([name, value]: TokenField): Buffer {
  const valueAt = aligned(PAIR_BYTES + name.length + 1)
  const valueBytes = value === true ? 0 : typeof value === 'bigint' ? 8 : value.length + 1
  const pair = Buffer.alloc(valueAt + aligned(valueBytes))
  pair.writeUInt32LE(pair.length, 0)
  pair.writeUInt16LE(name.length + 1, 4)
  pair.writeUInt32LE(value === true ? 0 : 1, 8)
  pair.write(name, PAIR_BYTES, 'latin1')
  if (value === true) pair.writeUInt32LE(TYPES.flag, 12)
  else if (typeof value === 'bigint') {
    pair.writeUInt32LE(TYPES.number, 12)
    pair.writeBigUInt64LE(value, valueAt)
  } else {
    pair.writeUInt32LE(TYPES.text, 12)
    pair.write(value, valueAt, 'latin1')
  }
  return pair
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
