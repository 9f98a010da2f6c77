import type { Extent } from '../state/model.ts'

/** Longest piece of data in one record, in bytes; pieces begin at multiples of it within an extent. */
export const pieceBytes = 131_072

const pattern = makePattern()

/** Noise that does not compress, made once for a process. */
function makePattern(): Uint8Array {
  const words = new Uint32Array(pieceBytes / 2)
  let state = 0x9e3779b9
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[at] = state
  }
  return new Uint8Array(words.buffer)
}

/** Where a stretch of data stands: in which extent, from which byte of it. */
interface Piece {
  readonly extent: number
  readonly offset: number
  readonly length: number
}

/** The pieces of the extents' data from the byte `skip` of them all. */
export function* piecesOf(extents: readonly Extent[], skip: number): Generator<Piece> {
  let left = skip
  for (const [extent, { b: bytes }] of extents.entries()) {
    for (let offset = 0; offset < bytes; ) {
      const length = Math.min(pieceBytes - (offset % pieceBytes), bytes - offset)
      if (left >= length) left -= length
      else {
        yield { extent, offset: offset + left, length: length - left }
        left = 0
      }
      offset += length
    }
  }
}

/** The bytes of a piece: the same for the same seed and place, different for others. */
export function fillPiece(target: Uint8Array, seed: number, offset: number): void {
  const from = (Math.imul(seed, 2_654_435_761) >>> 0) % pieceBytes
  const within = (from + offset) % pieceBytes
  target.set(pattern.subarray(within, within + target.length))
  if (target.length < 16) return
  const stamp = new DataView(target.buffer, target.byteOffset, 16)
  stamp.setUint32(0, seed)
  stamp.setBigUint64(4, BigInt(offset))
}

export const totalBytes = (extents: readonly Extent[]): number => extents.reduce((sum, one) => sum + one.b, 0)

/** A short name for what the extents hold: equal exactly when the data are. */
export const digestOf = (extents: readonly Extent[]): string =>
  Bun.hash(extents.map((one) => `${one.s}:${one.b}`).join(' ')).toString(16)
