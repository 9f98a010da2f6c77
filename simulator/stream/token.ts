import { decodeToken as decode, encodeToken as encode, type TokenField } from '#lib/zfs/token.ts'
import type { DatasetRecord, PoolRecord, StreamFlags } from '../state/model.ts'
import { receivedBytes } from '../state/partial.ts'
import type { Store } from '../state/store.ts'
import { Failure } from '../words/fail.ts'

export interface ResumeToken {
  readonly fromGuid: string | null
  /** Data bytes that the receiver has. */
  readonly bytes: number
  readonly toGuid: string
  readonly toName: string
  readonly flags: StreamFlags
}

/** As a real receiver packs it: the same fields in the same order, and `compressok` with everything raw. */
export function encodeToken({ fromGuid, bytes, toGuid, toName, flags }: ResumeToken): string {
  const flag = (name: string, is: boolean): readonly TokenField[] => (is ? [[name, true]] : [])
  return encode([
    ...(fromGuid === null ? [] : [['fromguid', BigInt(fromGuid)] as const]),
    ['object', 2n],
    ['offset', BigInt(bytes)],
    ['bytes', BigInt(bytes)],
    ['toguid', BigInt(toGuid)],
    ['toname', toName],
    ...flag('largeblockok', flags.large),
    ...flag('embedok', flags.embedded),
    // What is raw comes as it is on disk.
    ...flag('compressok', flags.compressed || flags.raw),
    ...flag('rawok', flags.raw),
  ])
}

/** What a sender makes of it: any name in it, and of a flag only whether it is there. */
export function decodeToken(text: string): ResumeToken & { readonly fields: readonly TokenField[] } {
  const corrupt = (why: string) => new Failure(`cannot resume send: resume token is corrupt (${why})`, 255)
  const parts = text.split('-')
  const [version] = parts
  if (parts.length !== 4 || !/^\d+$/.test(version ?? '')) throw corrupt('invalid format')
  if (version !== '1') throw corrupt(`invalid version ${version}`)
  const fields = decode(text)
  if (fields === null) throw corrupt('incorrect checksum')
  const found = new Map(fields)
  const from = found.get('fromguid')
  return {
    fields,
    fromGuid: from === undefined ? null : `${from}`,
    bytes: Number(found.get('bytes') ?? 0n),
    toGuid: `${found.get('toguid')}`,
    toName: `${found.get('toname')}`,
    flags: {
      raw: found.has('rawok'),
      large: found.has('largeblockok'),
      embedded: found.has('embedok'),
      compressed: found.has('compressok'),
    },
  }
}

/** The dataset's `receive_resume_token`, or null. */
export function tokenOf(store: Store, pool: PoolRecord, dataset: DatasetRecord): string | null {
  const { partial } = dataset
  if (!partial?.resumable) return null
  const { fromGuid, toGuid, toName, flags } = partial
  return encodeToken({ fromGuid, bytes: receivedBytes(store, pool, partial), toGuid, toName, flags })
}

/** What `zfs send -v -t` tells of a token: a line break in a name makes lines of its own. */
export function describeToken({ fields }: { readonly fields: readonly TokenField[] }): string[] {
  return [
    'resume token contents:',
    'nvlist version: 0',
    ...fields.map(([name, value]) => {
      return `\t${name} = ${typeof value === 'bigint' ? `0x${value.toString(16)}` : value === true ? 1 : value}`
    }),
  ]
}
