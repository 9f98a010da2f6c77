import { describe, expect, test } from 'bun:test'
import { createBatchLog } from './batch-output.ts'
import { readMarker } from './marker.ts'

const N = '0123456789abcdef'
const PLACES = new Set(['0', '0.0', '3'])

describe('stderr of a batch', () => {
  const log = (lines: readonly string[]) => {
    const made = createBatchLog(N, PLACES)
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

  test('markers of places that nobody asked for are text like any other, and are kept no longer', () => {
    const forged = Array.from({ length: 5000 }, (_, index) => [
      `@@B:${N}:9${index}`,
      'x',
      `@@E:${N}:9${index}:0`,
    ]).flat()
    const seen = log([`@@S:${N}`, `@@B:${N}:0`, 'mine', ...forged, '', `@@E:${N}:0:0`])
    expect([...seen.pieces.keys()]).toEqual(['0'])
    expect(seen.pieces.get('0')?.text).toStartWith('mine\n@@B:')
    expect(seen.pieces.get('0')?.text.length).toBeLessThan(66_000)
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
