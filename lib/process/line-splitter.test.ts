import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createLineSplitter } from './line-splitter.ts'

function split(chunks: readonly (string | Uint8Array)[]): readonly string[] {
  const lines: string[] = []
  const splitter = createLineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  splitter.end()
  return lines
}

test('lines are whole whatever the chunks were', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', ' ', '\n', '\t'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
      const bytes = Buffer.from(whole)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const expected = whole.split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(split(chunks)).toEqual(expected)
    }),
  )
})

test('the CR of ssh goes, blanks at either end stay', () => {
  expect(split([' a \r\n', '\r\n', 'b'])).toEqual([' a ', '', 'b'])
})

test('a line without end comes in pieces instead of growing for ever', () => {
  const lines = split(['x'.repeat(200_000)])
  expect(lines.length).toBe(4)
  expect(lines.join('').length).toBe(200_000)
})
