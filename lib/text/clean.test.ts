import { expect, test } from 'bun:test'
import { cleanLine, TEXT_LIMIT } from './clean.ts'

test.each([
  ['plain text', 'plain text'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;owned\u0007title', 'title'],
  ['\u001b]8;;http://x\u001b\\link', 'link'],
  ['a\tb\r\nc', 'a b c'],
  ['bell\u0007 nul\u0000', 'bell\uFFFD nul\uFFFD'],
  ['c1\u009b31m', 'c1'],
  ['bidi\u202Egnp.exe', 'bidi\uFFFDgnp.exe'],
  ['zero\u200Bwidth', 'zero\uFFFDwidth'],
  ['lone \uD800', 'lone \uFFFD'],
  ['ümläut 漢字', 'ümläut 漢字'],
  ['<img onerror=x>', '<img onerror=x>'],
])('%p becomes %p', (text, cleaned) => expect(cleanLine(text)).toBe(cleaned))

test('it is capped', () => {
  expect(cleanLine('x'.repeat(1_000_000)).length).toBe(TEXT_LIMIT)
  expect(cleanLine('abcdef', 4)).toBe('abc…')
})
