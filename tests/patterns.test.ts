import { describe, expect, test } from 'bun:test'
import { Glob } from 'bun'

/*
 * What a SAN says is matched against patterns, and a compromised one says what makes them slow. So no pattern in the rooms
 * that read it may need more steps than its text is long (times a constant): seen from how it is written, because a
 * measured time proves nothing on a busy machine.
 */
const ROOMS = ['discover', 'doctor', 'process', 'san', 'ssh', 'verify', 'zfs']
const ROOT = `${import.meta.dir}/..`

interface Atom {
  readonly text: string
  /** How often it may stand there at most; Infinity: as often as there is. */
  readonly most: number
}

/** The atoms of each alternative; groups are taken apart, their own quantifier counts for each of their atoms. */
function alternatives(source: string): readonly (readonly Atom[])[] {
  const atoms = source.matchAll(
    /(?:(?<open>\((?:\?(?:[:=!]|<[=!]|<\w+>))?)|(?<close>\))|(?<bar>\|)|(?<atom>\\[pPu]\{[^}]+\}|\\.|\[(?:\\.|[^\]\\])*\]|[^\\]))(?<often>[*+?]|\{\d+(?:,\d*)?\})?\??/g,
  )
  let done: Atom[][] = []
  let now: Atom[][] = [[]]
  const outer: { readonly done: Atom[][]; readonly before: Atom[][] }[] = []
  for (const { groups = {} } of atoms) {
    const [least, most] = timesOf(groups.often)
    if (groups.open !== undefined) {
      outer.push({ done, before: now })
      ;[done, now] = [[], [[]]]
    } else if (groups.bar !== undefined) {
      done.push(...now)
      now = [[]]
    } else if (groups.close !== undefined) {
      const once = [...done, ...now]
      const inner = [
        ...once.map((way) => way.map((atom) => ({ ...atom, most: timesAsOften(atom.most, most) }))),
        ...(least === 0 ? [[]] : []),
      ]
      const { done: then = [], before = [[]] } = outer.pop() ?? {}
      done = then
      now = before.flatMap((start) => inner.map((way) => [...start, ...way]))
    } else now = now.map((way) => [...way, { text: groups.atom ?? '', most }])
  }
  return [...done, ...now]
}

function timesOf(often: string | undefined): readonly [number, number] {
  if (often === undefined) return [1, 1]
  if (often.length === 1) return [often === '+' ? 1 : 0, often === '?' ? 1 : Infinity]
  const [, least = '', upTo, most = ''] = /^\{(\d+)(,(\d*))?\}$/.exec(often) ?? []
  return [Number(least), upTo === undefined ? Number(least) : most === '' ? Infinity : Number(most)]
}

/** One that is unlimited in a group that is unlimited itself can be taken apart in as many ways as one likes: NaN. */
function timesAsOften(inner: number, outer: number): number {
  return inner === Infinity && outer > 1 ? Number.NaN : inner * outer
}

/**
 * Linear beyond doubt: nothing unlimited; or one class alone, over and over; or it can begin at one place only, and what is
 * unlimited there ends where the next begins: each but the last is followed by a character that it does not take itself.
 */
function isLinear(source: string, flags: string): boolean {
  return alternatives(source).every((way) => {
    if (way.some(({ most }) => Number.isNaN(most))) return false
    const open = way.flatMap(({ most }, index) => (most === Infinity ? [index] : []))
    if (open.length === 0 || way.length === 1) return true
    if (way[0]?.text !== '^' || (flags.includes('m') && open.length > 1)) return false
    return open.slice(0, -1).every((index) => endsAt(way[index], way[index + 1]))
  })
}

const CHARACTERS = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

function endsAt(atom: Atom | undefined, next: Atom | undefined): boolean {
  if (atom === undefined || next === undefined) return false
  const [takes, goesOn] = [new RegExp(`^(?:${atom.text})$`, 'u'), new RegExp(`^(?:${next.text})$`, 'u')]
  return !CHARACTERS.some((character) => takes.test(character) && goesOn.test(character))
}

const LITERAL = /(?<=^|[\s(,=:!?&|[])\/(?<source>(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/(?<flags>[a-z]*)/g

async function patterns(): Promise<
  readonly { readonly where: string; readonly source: string; readonly flags: string }[]
> {
  const files = [...new Glob(`lib/{${ROOMS.join(',')}}/**/*.ts`).scanSync({ cwd: ROOT })].filter(
    (file) => !file.endsWith('.test.ts') && !file.endsWith('.fixture.ts'),
  )
  const texts = await Promise.all(
    files.map(async (file) => ({ file, lines: (await Bun.file(`${ROOT}/${file}`).text()).split('\n') })),
  )
  return texts.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => {
      if (/^\s*(?:\/?\*|\/\/)/.test(line)) return []
      return [...line.matchAll(LITERAL)].map(({ groups = {} }) => {
        return { where: `${file}:${index + 1}`, source: groups.source ?? '', flags: groups.flags ?? '' }
      })
    }),
  )
}

describe('patterns that meet what a SAN says', () => {
  test.each([
    ['a', true],
    ['a{1,300}b', true],
    ['[\\t\\r\\n]+', true],
    ['^\\d+$', true],
    ['^([^\\t]+)\\t(\\d+)$', true],
    ['^(?:a|b)\\t[^\\t]+(?:\\t[^\\t]+)?\\t\\d+$', true],
    ['a.*b', false],
    ['^a|b.*c', false],
    ['=+$', false],
    ['^scrub .* with (\\d+) errors', false],
    ['^(a+)+$', false],
    ['CHANGED[\\s\\S]*?(SHA256:[A-Za-z]+)[\\s\\S]*?Host key for (\\S+) has', false],
  ])('%s is linear: %j', (source, linear) => expect(isLinear(source, '')).toBe(linear))

  test('each of them is linear as it is written', async () => {
    const all = await patterns()
    expect(all.length).toBeGreaterThan(100)
    expect(
      all.filter(({ source, flags }) => !isLinear(source, flags)).map(({ where, source }) => `${where} ${source}`),
    ).toEqual([])
  })
})
