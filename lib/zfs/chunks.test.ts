import { expect, test } from 'bun:test'
import { chunkNames } from './chunks.ts'

test('at most so many names in a chunk, none lost, order kept', () => {
  const names = Array.from({ length: 220 }, (_, index) => `p/${index}`)
  const chunks = chunkNames(names)
  expect(chunks.map((chunk) => chunk.length)).toEqual([100, 100, 20])
  expect(chunks.flat()).toEqual(names)
})

test('at most so many bytes in a chunk, quotes and spaces counted', () => {
  expect(chunkNames(['aaaaaaa', 'bbbbbbb', 'ccccccc'], 50, 20)).toEqual([['aaaaaaa', 'bbbbbbb'], ['ccccccc']])
})

test('a name longer than a chunk still gets one', () => expect(chunkNames(['a'.repeat(50)], 50, 20).length).toBe(1))

test('no names, no chunks', () => expect(chunkNames([])).toEqual([]))
