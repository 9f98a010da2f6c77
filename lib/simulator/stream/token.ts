import { Failure } from '../cli/fail.ts'
import type { DatasetRecord, PoolRecord, StreamFlags } from '../state/model.ts'
import { receivedBytes } from '../state/partial.ts'
import type { Store } from '../state/store.ts'

export interface ResumeToken {
  readonly fromGuid: string | null
  /** Data bytes that the receiver has. */
  readonly bytes: number
  readonly toGuid: string
  readonly toName: string
  readonly flags: StreamFlags
}

const checksum = (data: Uint8Array) => Bun.hash.crc32(data).toString(16)

/** In the shape of a real one: version, checksum, length, deflated contents. */
export function encodeToken(token: ResumeToken): string {
  const plain = new TextEncoder().encode(JSON.stringify(token))
  const packed = Bun.deflateSync(plain)
  return `1-${checksum(packed)}-${plain.length.toString(16)}-${Buffer.from(packed).toString('hex')}`
}

export function decodeToken(text: string): ResumeToken {
  const corrupt = (why: string) => new Failure(`cannot resume send: resume token is corrupt (${why})`, 255)
  const parts = text.split('-')
  const [version, sum, , body] = parts
  if (parts.length !== 4 || !/^\d+$/.test(version ?? '')) throw corrupt('invalid format')
  if (version !== '1') throw corrupt(`invalid version ${version}`)
  const packed = new Uint8Array(Buffer.from(body ?? '', 'hex'))
  if (checksum(packed) !== sum) throw corrupt('incorrect checksum')
  return JSON.parse(new TextDecoder().decode(Bun.inflateSync(packed)))
}

/** The dataset's `receive_resume_token`, or null. */
export function tokenOf(store: Store, pool: PoolRecord, dataset: DatasetRecord): string | null {
  const { partial } = dataset
  if (!partial?.resumable) return null
  const { fromGuid, toGuid, toName, flags } = partial
  return encodeToken({ fromGuid, bytes: receivedBytes(store, pool, partial), toGuid, toName, flags })
}

const hex = (value: string | number) => `0x${BigInt(value).toString(16)}`

/** What `zfs send -v -t` tells of a token. */
export function describeToken(token: ResumeToken): string[] {
  const { flags } = token
  return [
    'resume token contents:',
    'nvlist version: 0',
    ...(token.fromGuid ? [`\tfromguid = ${hex(token.fromGuid)}`] : []),
    '\tobject = 0x2',
    `\toffset = ${hex(token.bytes)}`,
    `\tbytes = ${hex(token.bytes)}`,
    `\ttoguid = ${hex(token.toGuid)}`,
    `\ttoname = ${token.toName}`,
    ...(flags.large ? ['\tlargeblockok = 1'] : []),
    ...(flags.embedded ? ['\tembedok = 1'] : []),
    // What is raw comes as it is on disk.
    ...(flags.compressed || flags.raw ? ['\tcompressok = 1'] : []),
    ...(flags.raw ? ['\trawok = 1'] : []),
  ]
}
