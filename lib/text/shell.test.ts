import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { runCommand } from '#lib/process/run-command.ts'
import { quote, quoteAll, shellLine } from './shell.ts'

const shell = async (file: string, script: string): Promise<string> => {
  const end = await runCommand({ file, args: ['-c', script], timeoutMs: 10_000, maxStdoutBytes: 1_000_000 })
  return end.stdout.toString()
}

describe('a quoted word', () => {
  test.each([
    ['zfs', `'zfs'`],
    ['a b', `'a b'`],
    ["it's", `'it'\\''s'`],
    ['$(reboot)`x`', "'$(reboot)`x`'"],
    ['', `''`],
  ])('%s', (word, quoted) => expect(quote(word)).toBe(quoted))

  test.each(['a\nb', 'a\0b', 'a!b'])('%j is refused', (word) => expect(() => quote(word)).toThrow('cannot hold'))

  test('arrives unchanged in sh and bash, whatever it holds, also quoted twice', async () => {
    const words = fc
      .sample(fc.string({ unit: 'binary' }), { numRuns: 300, seed: 7 })
      .filter((w) => !/[\0\n!\uD800-\uDFFF]/u.test(w))
    const tricky = [...words, "'", "''", '\\', '*', '~', '#x', '-n', 'ü', '\t', '$HOME', '"', '\r']
    const script = `printf "%s\\0" ${quoteAll(tricky)}`
    const expected = `${tricky.join('\0')}\0`
    for (const file of ['sh', 'bash']) {
      expect(await shell(file, script)).toBe(expected)
      expect(await shell(file, `exec sh -c ${quote(script)}`)).toBe(expected)
    }
  })
})

test.each([
  [['zfs', 'send', '-I', 'p/a@x', 'p/a@2026-11-22_00:00'], 'zfs send -I p/a@x p/a@2026-11-22_00:00'],
  [['zfs', 'list', "it's", ''], "zfs list 'it'\\''s' ''"],
  [['zfs', 'rename', 'p/a b', 'p/$(x)'], "zfs rename 'p/a b' 'p/$(x)'"],
  [['~x', '#x', '=ls', 'a=~root', 'a:~x', 'a~1#b'], "'~x' '#x' '=ls' 'a=~root' 'a:~x' a~1#b"],
])('%j: %s', (argv, line) => expect(shellLine(argv)).toBe(line))
