import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { quote } from '#lib/text/shell.ts'
import { clone } from '#lib/zfs/write-commands.ts'
import { carryOver } from './carry-over.ts'

// A generous limit: a machine may be busy.
setDefaultTimeout(120_000)

const carried = (local: readonly { readonly name: string; readonly value: string }[]) =>
  carryOver({
    facts: { children: [], local, canmount: 'noauto', shared: false },
    rights: 'all',
    from: 'filesystem',
    to: 'filesystem',
    host: 'hqs1',
    dataset: 'vault/a',
  })

describe('values that cannot go along', () => {
  const cases: readonly [string, string, string][] = [
    ['an exclamation mark, which csh reads even within quotes', 'urgent!', 'holds a "!"'],
    ['a newline', 'two\nlines', 'holds a control character'],
    ['a tab', 'a\tb', 'holds a control character'],
    ['bytes that are no UTF-8', 'caf\uFFFD', 'is no text'],
    ['more than a command line takes', 'x'.repeat(30_000), 'does not fit into one command'],
    ['quotes, each of which is thirteen characters on its way', "'".repeat(8000), 'does not fit into one command'],
  ]
  test.each(cases)('%s', (_name, value, why) => {
    const { properties, notes } = carried([
      { name: 'org:note', value },
      { name: 'compression', value: 'zstd' },
    ])
    expect(properties).toEqual({ compression: 'zstd' })
    expect(notes.join(' ')).toContain(`org:note (the value ${why}`)
    expect(notes.join(' ')).toContain('set it by hand on hqs1, on vault/a')
  })

  test.each(['-x:y', ':x', '_x:y', '.x:y'])('a user property that no command can name: %s', (name) => {
    const { properties, notes } = carried([{ name, value: '' }])
    expect(properties).toEqual({})
    expect(notes.join(' ')).toContain(`${name} (no command can name it)`)
  })

  test('quotes, dollars, backslashes and whatever else a shell knows go along', () => {
    const value = `it's "$HOME" \`id\` \\ ; # ~ * é ☃ %s`
    expect(carried([{ name: 'org:note', value }])).toMatchObject({ properties: { 'org:note': value }, notes: [] })
  })

  test('whatever the value is: what is carried can be written down, and what is not is named', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 8 }), (values) => {
        const local = values.map((value, at) => ({ name: `org:p${at}`, value }))
        const { properties, notes } = carried(local)
        for (const word of clone(['zfs'], 'vault/a@b', 'vault/c', properties)) quote(word)
        for (const { name } of local) expect(name in properties || notes.join(' ').includes(name)).toBe(true)
      }),
    )
  })
})
