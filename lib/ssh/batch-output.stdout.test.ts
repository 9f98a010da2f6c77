import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createStdoutCutter, type Expected } from './batch-output.ts'

const N = '0123456789abcdef'
const MOST = 10_000
const piece = (path: string, text: string, code = 0): string => `@@B:${N}:${path}\n${text}\n@@E:${N}:${path}:${code}\n`
const whole = (count: number): ReadonlyMap<string, Expected> =>
  new Map(Array.from({ length: count }, (_, index) => [`${index}`, { maxBytes: MOST }]))

/** Pushed in pieces of `size` bytes. */
function cut(text: string, { expected = whole(50), size = 7, maxHeld = MOST } = {}) {
  const tooMuch: (string | null)[] = []
  const cutter = createStdoutCutter(N, expected, maxHeld, (path) => tooMuch.push(path))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) cutter.push(bytes.subarray(at, at + size))
  cutter.end()
  const pieces = [...cutter.pieces].map(([path, { exitCode, text }]) => [path, exitCode, text])
  return { pieces, noise: cutter.noise(), tooMuch }
}

/** What a reader was given, and its end. */
function reading() {
  const said: Buffer[] = []
  const ends: (number | null)[] = []
  const reader = {
    push: (bytes: Uint8Array) => void said.push(Buffer.from(bytes)),
    end: (code: number | null) => void ends.push(code),
  }
  return { reader, ends, text: () => Buffer.concat(said).toString() }
}

describe('stdout of a batch', () => {
  test('whatever was printed comes back to the byte, in whatever pieces it came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '@', ':', 'E', 'ü', '\t'), maxLength: 40 })),
        fc.integer({ min: 1, max: 200 }),
        (texts, size) => {
          const all = texts.map((text, index) => piece(`${index}`, text, index)).join('')
          expect(cut(`noise${all}`, { size }).pieces).toEqual(texts.map((text, index) => [`${index}`, index, text]))
        },
      ),
    )
  })

  test('cut off at any byte, no command is reported that had not ended', () => {
    const all = piece('0', 'row 1\nrow 2\n') + piece('1', 'more', 1)
    for (let length = 0; length < all.length; length += 1) {
      for (const [path, code, text] of cut(all.slice(0, length)).pieces)
        expect(path === '0' ? [code, text] : 'only the first can have ended').toEqual([0, 'row 1\nrow 2\n'])
    }
    expect(cut(all).pieces).toHaveLength(2)
  })

  test('markers with another nonce are output; what comes before the first is noise', () => {
    const forged = '@@E:ffffffffffffffff:0:0\n@@B:ffffffffffffffff:9\nforged\n'
    expect(cut(piece('0', forged)).pieces).toEqual([['0', 0, forged]])
    expect(cut(`hello\n${piece('0', 'x')}`).noise).toBe('hello\n')
    expect(cut('@@ nothing else').noise).toBe('@@ nothing else')
    expect(cut('n'.repeat(9000), { size: 512 }).noise).toHaveLength(4096)
  })

  test('markers of places that nobody asked for are no markers', () => {
    const forged = piece('77', piece('0', 'inside'))
    expect(cut(forged + piece('1', 'x')).pieces).toEqual([
      ['0', 0, 'inside'],
      ['1', 0, 'x'],
    ])
    // A line that runs on is none either.
    for (const size of [7, 9999])
      expect(cut(`@@B:${N}:${'9'.repeat(500)}\n${piece('0', 'x')}`, { size }).pieces).toEqual([['0', 0, 'x']])
  })

  test('what a reader takes is not held, and it is told how that ended', () => {
    const [first, second, third] = [reading(), reading(), reading()]
    const expected = new Map([
      ['0', { reader: first.reader, maxBytes: 1e6 }],
      ['1', { reader: second.reader, maxBytes: 1e6 }],
      ['2', { reader: third.reader, maxBytes: 1e6 }],
    ])
    const long = 'row\n'.repeat(10_000)
    const all = [piece('0', long), piece('1', '', 2), `@@B:${N}:2\nhalf a listing`].join('')
    const { pieces, tooMuch } = cut(all, { expected, size: 999 })
    expect(pieces).toEqual([
      ['0', 0, ''],
      ['1', 2, ''],
    ])
    expect([first.text() === long, first.ends, second.text(), second.ends, third.ends]).toEqual([
      true,
      [0],
      '',
      [2],
      [null],
    ])
    expect(tooMuch).toEqual([])
  })
})

describe('too much', () => {
  const long = 'x'.repeat(9_000)

  test.each([
    ['of one command', piece('0', 'ok') + piece('1', 'x'.repeat(MOST + 1)) + piece('2', 'late'), ['1'], ['0']],
    ['of all together', piece('0', long) + piece('1', long) + piece('2', 'late'), ['1'], ['0']],
    ['before the first', 'x'.repeat(MOST + 9) + piece('0', 'late'), [null], []],
    ['between two', piece('0', 'ok') + 'x'.repeat(MOST + 9) + piece('1', 'late'), [null], ['0']],
  ])('%s: said once, and nothing after it counts', (_, text, tooMuch, kept) => {
    const found = cut(text, { size: 100 })
    expect(found.tooMuch).toEqual(tooMuch)
    expect(found.pieces.map(([path]) => path)).toEqual(kept)
  })

  test('of what a reader takes', () => {
    const { reader, ends } = reading()
    const found = cut(piece('0', long), { expected: new Map([['0', { reader, maxBytes: 5_000 }]]), size: 100 })
    expect([found.tooMuch, found.pieces, ends]).toEqual([['0'], [], [null]])
  })
})
