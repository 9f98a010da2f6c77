import { describe, expect, test } from 'bun:test'
import { type OptionSpec, splitArguments, wholeNumber } from './arguments.ts'

const SPECS: readonly OptionSpec[] = [
  { name: 'json', summary: '' },
  { name: 'follow', short: 'f', summary: '' },
  { name: 'quiet', short: 'q', summary: '' },
  { name: 'reason', value: 'TEXT', summary: '' },
  { name: 'input', short: 'i', value: 'K=V', repeat: true, summary: '' },
]

const split = (...argv: string[]) => {
  const { words, options } = splitArguments(argv, SPECS)
  return { words, options: Object.fromEntries(options) }
}

describe('options may stand anywhere', () => {
  test.each([
    [['--json', 'show', 'a'], ['show', 'a'], { json: [''] }],
    [['show', 'a', '--json'], ['show', 'a'], { json: [''] }],
    [['--reason', 'a b', 'show'], ['show'], { reason: ['a b'] }],
    [['--reason=--odd'], [], { reason: ['--odd'] }],
    [['--reason='], [], { reason: [''] }],
    [['-fq', 'logs'], ['logs'], { follow: [''], quiet: [''] }],
    [['-i', 'a=1', '-ib=2', '-i=c=3'], [], { input: ['a=1', 'b=2', 'c=3'] }],
    [['show', '--', '--json', '-x'], ['show', '--json', '-x'], {}],
    [['-'], ['-'], {}],
  ])('%p', (argv, words, options) => expect(split(...argv)).toEqual({ words, options } as never))
})

describe('a wrong option says so, and what was meant', () => {
  test.each([
    [['--jsno'], 'There is no option --jsno. Did you mean --json?'],
    [['--zzzzzz'], 'There is no option --zzzzzz.'],
    [['-x'], 'There is no option -x.'],
    [['--json=1'], '--json takes no value; leave =1 out.'],
    [['--reason'], '--reason needs a value: --reason TEXT'],
    [['--reason', '--json'], '--reason needs a value: --reason TEXT'],
    [['--reason', 'a', '--reason', 'b'], '--reason is given more than once.'],
  ])('%p', (argv, message) => expect(() => split(...argv)).toThrow(message))
})

test('numbers are whole', () => {
  expect(wholeNumber('--limit', '20')).toBe(20)
  for (const text of ['0', '-1', '1.5', 'x', '', '9'.repeat(20)])
    expect(() => wholeNumber('--limit', text)).toThrow('write a whole number from 1 on')
})
