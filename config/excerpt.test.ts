import { expect, test } from 'bun:test'
import { faultExcerpt, faultsText } from './excerpt.ts'
import { changed, load } from './load.fixture.ts'

test('a fault is shown with its line and a caret below the place', () => {
  const text = changed('primary: hqs8\n', 'primary: hqs9\n')
  expect(faultsText(load(text).faults ?? [], text)).toBe(
    [
      'app-config.yaml:8:14 pairs.0.primary: There is no host hqs9 under san_hosts. Did you mean hqs8?',
      '  8 |     primary: hqs9',
      '                   ^',
    ].join('\n'),
  )
})

test('a long line is cut around the caret, control characters do not reach the terminal', () => {
  const fault = { line: 1, column: 301 }
  const [shown = '', caret = ''] = faultExcerpt(fault, `${'a\u001b'.repeat(150)}X${'b'.repeat(300)}`, [])
  expect(shown.length).toBeLessThan(180)
  expect(shown).not.toContain('\u001b')
  expect(shown[caret.indexOf('^')]).toBe('X')
})

test('a fault beyond the text has no excerpt', () => {
  expect(faultExcerpt({ line: 9, column: 1 }, 'one line')).toEqual([])
})

test.each([
  // The caret is at the X; where that is within a secret, at its mask.
  ['auth: {users: {a: {password_hash: s3cret, X: 1}}}', 'auth: {users: {a: {password_hash: ***, X: ***}}}', 'X'],
  ['auth: {users: {a: {password_hash: s3creXt}}}', 'auth: {users: {a: {password_hash: ***}}}', '*'],
  ['X_nonsense: s3cret', 'X_nonsense: ***', 'X'],
  ['pairs: [] # s3cret X', 'pairs: [] # ***', '*'],
])('%s: the excerpt has no secret, and its caret stands right', (line, expected, below) => {
  const [shown = '', caret = ''] = faultExcerpt({ line: 2, column: line.indexOf('X') + 1 }, `\n${line}\n`)
  expect(shown).toBe(`2 | ${expected}`)
  expect(shown[caret.indexOf('^')]).toBe(below)
})

test.each([
  ['  password: "s3cret', '  password: ***'],
  ['  - token: s3cret: s3cret', '  - token: ***'],
  ['{"token": "s3cret"', '***'],
  ['\t  key: 1', '   key: ***'],
])('of a text that is no YAML the key alone is shown: %p', (line, expected) => {
  const text = `a: [1, {\n${line}\n`
  const [shown, caret = ''] = faultExcerpt({ line: 2, column: 15 }, text)
  expect(shown).toBe(`2 | ${expected}`)
  expect(caret.trim()).toBe('^')
})
