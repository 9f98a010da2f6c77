import type { Extent, StreamFlags } from '../state/model.ts'

/**
 * A stream is a BEGIN (a header of 312 bytes, as long as a real one, and a description), records of data, and an END.
 * `-I` puts several of them one after the other behind a BEGIN of its own, with an END of its own.
 */
export const beginBytes = 312
export const recordBytes = 16
const magic = 0x7a77_7331

type StreamKind = 'full' | 'incremental' | 'resume' | 'compound'
const kinds: readonly StreamKind[] = ['full', 'incremental', 'resume', 'compound']

export interface StreamDescription {
  readonly kind: StreamKind
  readonly type: 'filesystem' | 'volume'
  /** `pool/ds@snap` on the sender. */
  readonly toName: string
  readonly toGuid: string
  readonly toTime: number
  readonly fromGuid: string | null
  readonly extents: readonly Extent[]
  /** Data bytes left out, for a resumed one. */
  readonly skip: number
  readonly flags: StreamFlags
  readonly volsize?: string
  /** Settings of the sender, with `-p`. */
  readonly properties?: Record<string, string>
  /** Cipher lineage, raw only. */
  readonly cipher?: {
    readonly settings: Record<string, string>
    readonly secret: string
    readonly from: string | null
    readonly to: string | null
  }
}

export function encodeBegin(description: StreamDescription): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(description))
  const bytes = new Uint8Array(beginBytes + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic)
  view.setUint32(4, kinds.indexOf(description.kind))
  view.setUint32(8, body.length)
  view.setUint32(12, Bun.hash.crc32(body))
  bytes.set(body, beginBytes)
  return bytes
}

interface BeginHeader {
  readonly kind: StreamKind
  readonly bodyLength: number
  readonly checksum: number
}

/** Null when these bytes are not ours. */
export function decodeBegin(bytes: Uint8Array): BeginHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const kind = kinds[view.getUint32(4)]
  if (view.getUint32(0) !== magic || !kind) return null
  return { kind, bodyLength: view.getUint32(8), checksum: view.getUint32(12) }
}

export const recordType = { data: 1, end: 2 } as const

interface RecordHeader {
  readonly type: number
  readonly length: number
  readonly checksum: number
}

export function writeRecordHeader(target: Uint8Array, header: RecordHeader): void {
  const view = new DataView(target.buffer, target.byteOffset, recordBytes)
  view.setUint32(0, magic)
  view.setUint32(4, header.type)
  view.setUint32(8, header.length)
  view.setUint32(12, header.checksum)
}

export function readRecordHeader(bytes: Uint8Array): RecordHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, recordBytes)
  if (view.getUint32(0) !== magic) return null
  return { type: view.getUint32(4), length: view.getUint32(8), checksum: view.getUint32(12) }
}
