import { expect, test } from 'bun:test'
import { fillPiece, pieceBytes, piecesOf } from './content.ts'

const extents = [
  { b: 3 * pieceBytes + 5, s: 1 },
  { b: 0, s: 2 },
  { b: 100, s: 3 },
]
const whole = (skip: number) =>
  Buffer.concat(
    [...piecesOf(extents, skip)].map(({ extent, offset, length }) => {
      const piece = new Uint8Array(length)
      fillPiece(piece, extents[extent]?.s ?? 0, offset)
      return piece
    }),
  )

test('the pieces cover every byte once', () => {
  expect(whole(0).length).toBe(3 * pieceBytes + 105)
})

test.each([0, pieceBytes, 2 * pieceBytes, 3 * pieceBytes, 3 * pieceBytes + 5])(
  'from byte %d on they are the rest of the same data',
  (skip) => {
    expect(whole(skip).equals(whole(0).subarray(skip))).toBe(true)
  },
)

test('other seeds and places are other data', () => {
  const [a, b, c] = [new Uint8Array(64), new Uint8Array(64), new Uint8Array(64)] as const
  fillPiece(a, 1, 0)
  fillPiece(b, 2, 0)
  fillPiece(c, 1, pieceBytes)
  expect(Buffer.from(a).equals(b)).toBe(false)
  expect(Buffer.from(a).equals(c)).toBe(false)
})
