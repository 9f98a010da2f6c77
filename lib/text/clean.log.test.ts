import { describe, expect, test } from 'bun:test'
import { capText, cleanText, MAX_TEXT_BYTES } from './clean.ts'

describe('cleanText', () => {
  const cases: readonly (readonly [what: string, raw: string, clean: string])[] = [
    ['ordinary text', 'cannot open ‘hqs8p1/größe’: 3 €', 'cannot open ‘hqs8p1/größe’: 3 €'],
    ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
    ['colours with the one-byte introducer', '\x9b31mred', 'red'],
    ['cursor moves and clearing', 'a\x1b[2J\x1b[1;1Hb\x1b[?25lc', 'abc'],
    ['a window title', '\x1b]0;owned\x07text', 'text'],
    ['a link', '\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\', 'here'],
    ['a string that is never ended, which must not hide the rest', '\x1b]0;the error is real', '0;the error is real'],
    ['two-character escapes', '\x1bcreset\x1b(Btext', 'resettext'],
    ['ends of lines', 'one\ntwo\r\nthree\u2028four\n', 'one ⏎ two ⏎ three ⏎ four'],
    ['a forged line', 'x\n2026-01-01 INFO all is well', 'x ⏎ 2026-01-01 INFO all is well'],
    ['tabs', 'a\tb', 'a b'],
    ['control characters', 'a\0b\x08c\x7fd\x85', 'abcd'],
    ['text turned around', 'safe\u202etxt.exe\u202c\u2066x\u2069', 'safetxt.exex'],
    ['what cannot be seen', 'a\u200bb\ufeffc\u{e0041}', 'abc'],
    ['half a character', 'a\ud83db', 'ab'],
    ['a whole one', 'a\u{1f600}b', 'a\u{1f600}b'],
  ]
  test.each(cases)('%s', (_, raw, clean) => expect(cleanText(raw)).toBe(clean))

  test('is done with a megabyte of any of them', () => {
    for (const piece of [' ', '\x1b[', '\x9d', '\x1b]', '\n'])
      expect(cleanText(piece.repeat(500_000)).length).toBeLessThan(2_000_000)
  })
})

describe('capText', () => {
  test('leaves what fits, to the last byte', () => {
    expect(capText('x'.repeat(MAX_TEXT_BYTES))).toBe('x'.repeat(MAX_TEXT_BYTES))
    expect(capText('€'.repeat(1365))).toBe('€'.repeat(1365))
  })

  test.each(['x', '€', '\u{1f600}'])(
    'cuts a long text of %p without breaking a character, and says how much is missing',
    (piece) => {
      const capped = capText(piece.repeat(10_000))
      expect(new TextEncoder().encode(capped).length).toBeLessThanOrEqual(MAX_TEXT_BYTES)
      expect(capped).toMatch(/… \(\d+ more bytes\)$/)
      expect(capped.slice(0, capped.indexOf('…')).replaceAll(piece, '')).toBe('')
    },
  )
})
