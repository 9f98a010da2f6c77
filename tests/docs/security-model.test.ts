import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

/* Who can do what: every cell of the tables in docs/security-model.md is answered, and every test it names is there. */

const WHO = [
  ...['Stranger', 'Viewer', 'Operator', 'Admin', 'Token', 'Local user'],
  ...["Thief of the backup's key", "Thief of the primary's key", 'Compromised backup', 'Compromised primary'],
  ...["Thief of the witness's database file", 'Thief of a database backup'],
]
const WHAT = ['stop the checks', 'read secrets', 'read data', 'change data', 'destroy data', 'hide a trace']

interface Cell {
  readonly who: string
  readonly what: string
  readonly answer: string
  readonly because: string
}

const text = readFileSync('docs/security-model.md', 'utf8')
const section = text.split('\n## ').find((part) => part.startsWith('Who can do what')) ?? ''
const [before = '', ...parts] = section.split('\n### ')

const rowsOf = (part: string): string[][] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^[| -]+$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(1)

const cells: readonly Cell[] = parts.flatMap((part) => {
  const who = part.split('\n')[0] ?? ''
  return rowsOf(part).map(([what = '', answer = '', because = '']) => ({ who, what, answer, because }))
})

/** `path: title`, in backticks. */
function testsOf(because: string): { readonly file: string; readonly title: string }[] {
  const FORM = /`((?:lib|tests|config)\/[\w./[\]-]+\.test\.tsx?): (.+?)`(?=[;,.) ]|$)/g
  return [...because.matchAll(FORM)].map(([, file = '', title = '']) => ({ file, title }))
}

/** As it stands in the source: of `test.each` with its place-holders. */
function holds(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title.replaceAll(quote, `\\${quote}`)}${quote}`))
}

describe('docs/security-model.md', () => {
  test('answers for everybody and everything, once', () => {
    expect(cells.map(({ who, what }) => `${who}: ${what}`)).toEqual(
      WHO.flatMap((who) => WHAT.map((what) => `${who}: ${what}`)),
    )
  })

  test('"no" names its test, "yes" says why', () => {
    const wrong = cells.filter(({ answer, because }) =>
      answer === 'no' ? testsOf(because).length === 0 : answer !== 'yes' || because.length < 10,
    )
    expect(wrong).toEqual([])
  })

  test('says in its overview what the tables say', () => {
    const shown = rowsOf(before).map(([who = '', ...answers]) => [/\[(.+)\]/.exec(who)?.[1] ?? who, ...answers])
    expect(shown).toEqual(
      WHO.map((who) => [who, ...cells.filter((cell) => cell.who === who).map(({ answer }) => answer)]),
    )
  })

  test('names tests that are there, under these titles', () => {
    const named = cells.flatMap(({ because }) => testsOf(because))
    expect(named.length).toBeGreaterThan(40)
    // What looks like a test and is none of that form would be passed over.
    const looks = [...section.matchAll(/`[\w./[\]-]+\.test\.tsx?: /g)]
    expect(named.length).toBe(looks.length)
    const missing = named.filter(({ file, title }) => !existsSync(file) || !holds(readFileSync(file, 'utf8'), title))
    expect(missing).toEqual([])
  })
})
