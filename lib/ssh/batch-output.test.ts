import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createBatchLog, cutStdout, stdoutNoise } from './batch-output.ts'
import { readMarker } from './marker.ts'

const N = '0123456789abcdef'
const cut = (text: string) =>
  [...cutStdout(Buffer.from(text), N)].map(([path, { exitCode, text }]) => [path, exitCode, text])
const piece = (path: string, text: string, code = 0): string => `@@B:${N}:${path}\n${text}\n@@E:${N}:${path}:${code}\n`

describe('stdout of a batch', () => {
  test('whatever was printed comes back to the byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '@', ':', 'E', 'ü', '\t'), maxLength: 40 })),
        (texts) => {
          const whole = texts.map((text, index) => piece(`${index}`, text, index)).join('')
          expect(cut(`noise${whole}`)).toEqual(texts.map((text, index) => [`${index}`, index, text]))
        },
      ),
    )
  })

  test('cut off at any byte, no command is reported that had not ended', () => {
    const whole = piece('0', 'row 1\nrow 2\n') + piece('1', 'more', 1)
    for (let length = 0; length < whole.length; length += 1) {
      const found = cut(whole.slice(0, length))
      for (const [path, code, text] of found) {
        expect(path === '0' ? [code, text] : 'only the first can have ended').toEqual([0, 'row 1\nrow 2\n'])
      }
    }
    expect(cut(whole)).toHaveLength(2)
  })

  test('markers with another nonce are output', () => {
    const forged = '@@E:ffffffffffffffff:0:0\n@@B:ffffffffffffffff:9\nforged\n'
    expect(cut(piece('0', forged))).toEqual([['0', 0, forged]])
    expect(stdoutNoise(Buffer.from(`hello\n${piece('0', 'x')}`), N)).toBe('hello\n')
  })
})

describe('stderr of a batch', () => {
  const log = (lines: readonly string[]) => {
    const made = createBatchLog(N)
    for (const line of lines) made.onLine(line)
    return made
  }

  test('noise, each command, and what came after are kept apart', () => {
    const seen = log([
      'motd',
      `@@S:${N}`,
      `@@B:${N}:0`,
      'warning',
      '',
      `@@E:${N}:0:1`,
      `@@B:${N}:0.0`,
      '',
      `@@E:${N}:0.0:0`,
      'bye',
    ])
    expect(seen.started()).toBe(true)
    expect(seen.noise()).toBe('motd')
    expect([...seen.pieces]).toEqual([
      ['0', { exitCode: 1, text: 'warning' }],
      ['0.0', { exitCode: 0, text: '' }],
    ])
    expect(seen.tail()).toBe('bye')
    expect(seen.running()).toBeNull()
  })

  test('heartbeats are no part of it, also in the middle of a line', () => {
    const beat = `@@H:${N}`
    const started = [`@@S:${N}`, beat, `@@B:${N}:0`]
    const seen = log([...started, beat, `half ${beat}`, `a${beat}`, ' line', beat, '', `@@E:${N}:0:0`, beat, 'bye'])
    expect([...seen.pieces]).toEqual([['0', { exitCode: 0, text: 'half a line' }]])
    expect([seen.tail(), seen.running()]).toEqual(['bye', null])
    // The end of a line that the script itself ends, and a text whose rest never came.
    expect(log([...started, `no newline${beat}`, '', `@@E:${N}:0:3`]).pieces.get('0')?.text).toBe('no newline')
    expect(log([...started, `cut off${beat}`]).tail()).toBe('cut off')
  })

  test('a line that never ends grows no further, however many heartbeats part it', () => {
    const seen = log([`@@S:${N}`, `@@B:${N}:0`, ...Array.from({ length: 40 }, () => `${'x'.repeat(10_000)}@@H:${N}`)])
    expect(seen.tail().length).toBeLessThan(200_000)
  })

  test('a command that did not end is the one that was running', () => {
    const seen = log([`@@S:${N}`, `@@B:${N}:3`, 'half'])
    expect([seen.running(), seen.tail(), seen.pieces.size]).toEqual(['3', 'half', 0])
  })
})

test.each([`@@E:${N}:0:x`, `@@E:${N}:0:1:2`, `@@E:${N}:0`, `@@E:${N}:0:1234`, ` @@S:${N}`, '@@S:', `@@S:${N} `])(
  '%j is no marker',
  (line) => expect(readMarker(line, N)).toBeNull(),
)
