import { describe, expect, test } from 'bun:test'
import { createOutput } from './output.ts'
import { fakeIo } from './testing/command-line.ts'
import { cutTo, paint, rendered, tableLines } from './text.ts'

const EVIL = 'a\u001b[2Jb\u001b]0;title\u0007c\u009b31md\u202ee\tf\ng\u0000'

function outputFor(colour: boolean, format: 'text' | 'json' = 'text') {
  const io = fakeIo()
  const settings = { format, quiet: false, verbose: true, colour: { stdout: colour, stderr: colour } }
  return { io, out: createOutput(io, settings) }
}

/** What a terminal would obey: every control character but the newline that ends a line, and what turns text around. */
const obeyed = (text: string) => text.replaceAll('\n', '').match(/[\p{Cc}\p{Cf}]/gu) ?? []

describe('nothing that a SAN says reaches the terminal as a command', () => {
  test.each([
    ['line', (out: ReturnType<typeof outputFor>['out']) => out.line(EVIL)],
    ['styled', (out: ReturnType<typeof outputFor>['out']) => out.line(['x ', paint('red', EVIL)])],
    ['record', (out: ReturnType<typeof outputFor>['out']) => out.record([EVIL])],
    ['json', (out: ReturnType<typeof outputFor>['out']) => out.json('x/1', { [EVIL]: EVIL })],
    ['raw', (out: ReturnType<typeof outputFor>['out']) => out.raw(EVIL)],
    ['json line', (out: ReturnType<typeof outputFor>['out']) => out.jsonLine('x/1', { name: EVIL })],
    ['table', (out: ReturnType<typeof outputFor>['out']) => out.table([{ title: 'A' }], [[EVIL]])],
    ['note', (out: ReturnType<typeof outputFor>['out']) => out.note(EVIL)],
    ['detail', (out: ReturnType<typeof outputFor>['out']) => out.detail(EVIL)],
    ['error', (out: ReturnType<typeof outputFor>['out']) => out.error(EVIL)],
  ])('%s', (_, write) => {
    const { io, out } = outputFor(false)
    write(out)
    const text = io.written.stdout + io.written.stderr
    expect(text).toContain('b')
    expect(obeyed(text)).toEqual([])
  })

  test('JSON keeps the very same text for a program', () => {
    const { io, out } = outputFor(false)
    out.json('x/1', { name: EVIL })
    expect(JSON.parse(io.written.stdout)).toEqual({ schema: 'x/1', name: EVIL })
  })

  test('a field cannot pretend to be two', () => {
    const { io, out } = outputFor(false)
    out.record(['a\tb', 'c\nd', null, 5])
    expect(io.written.stdout).toBe('a b\tc d\t\t5\n')
  })
})

test('colour is only an attribute', () => {
  const text = ['is ', paint('red', 'BROKEN')]
  expect(rendered(text, false)).toBe('is BROKEN')
  expect(rendered(text, true)).toBe('is \u001b[31mBROKEN\u001b[0m')
})

test('a line is cut by the cells it takes, not by its characters', () => {
  expect(rendered(cutTo(['ab', paint('red', 'cdef')], 4), false)).toBe('abc…')
  expect(rendered(cutTo('日本語', 4), false)).toBe('日…')
  expect(rendered(cutTo('abcd', 4), false)).toBe('abcd')
})

test('a table lines its columns up and leaves no blanks at the end', () => {
  const columns = [{ title: 'A' }, { title: 'N', align: 'right' as const }, { title: 'LAST' }]
  const lines = tableLines(
    columns,
    [
      ['long', '7', 'x'],
      [paint('red', 'b'), '12', 'yy'],
    ],
    Number.POSITIVE_INFINITY,
  )
  expect(lines.map((line) => rendered(line, false))).toEqual(['A      N  LAST', 'long   7  x', 'b     12  yy'])
})
