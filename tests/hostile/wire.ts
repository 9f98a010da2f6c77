import type { Random } from '#tests/bed/random.ts'
import type { Answer } from './answer.ts'
import type { Spoken } from './child.ts'
import { edge, edgeText } from './edges.ts'
import { repeated, sshNoise, zfsNoise } from './noise.ts'

/** A session as the batch script of lib/ssh would have it: what each command said, by its place. */
export interface Said extends Answer {
  readonly path: string
}

/** The text of a session before it is lied about; a lie changes it in place. */
export interface Talk {
  readonly nonce: string
  /** Of the lie at hand; closures keep theirs. */
  random: Random
  /** Before the shell says that it runs. */
  banner: string
  motd: string
  shell: boolean
  said: Said[]
  /** After the last command. */
  rest: string
  exitCode: number
  /** Made of the whole text of stdout, or of stderr. */
  stdout: (text: string) => string | Uint8Array
  stderr: (text: string) => string
}

export const newTalk = (nonce: string, random: Random, said: readonly Said[]): Talk => ({
  nonce,
  random,
  banner: '',
  motd: '',
  shell: true,
  said: [...said],
  rest: '',
  exitCode: 0,
  stdout: (text) => text,
  stderr: (text) => text,
})

export function spoken(talk: Talk): Spoken {
  const { nonce, said } = talk
  const framed = (path: string, text: string, exitCode: number): string =>
    `@@B:${nonce}:${path}\n${text}\n@@E:${nonce}:${path}:${exitCode}\n`
  const out = said.map(({ path, stdout, exitCode }) => framed(path, stdout, exitCode)).join('')
  const err = said.map(({ path, stderr, exitCode }) => framed(path, stderr, exitCode)).join('')
  const stdout = talk.stdout(`${talk.motd}${out}`)
  const stderr = talk.stderr(`${talk.banner}${talk.shell ? `@@S:${nonce}\n` : ''}${err}${talk.rest}`)
  return {
    pieces: [
      { to: 2, bytes: Buffer.from(stderr) },
      { to: 1, bytes: Buffer.from(stdout) },
    ],
    exitCode: talk.exitCode,
  }
}

const inside = (text: string, random: Random, more: string): string => {
  const at = random.int(text.length + 1)
  return `${text.slice(0, at)}${more}${text.slice(at)}`
}
const marker = ({ nonce, random, said }: Talk): string => {
  const path = random.pick([...said.map((each) => each.path), '0', '1.0', '99', '-1', '', edgeText(random)])
  const code = random.pick(['0', '1', '255', '999', '-1', edge(random)])
  return random.pick([`@@B:${nonce}:${path}\n`, `@@E:${nonce}:${path}:${code}\n`, `@@S:${nonce}\n`, `@@H:${nonce}\n`])
}

/** What a hostile SAN may do to a session as a whole: it knows the nonce of its markers. */
export const WIRE: Readonly<Record<string, (talk: Talk) => void>> = {
  'markers in what it prints': (talk) => {
    const forged = Array.from(
      { length: 1 + talk.random.int(4) },
      () => `${talk.random.chance(0.7) ? '\n' : ''}${marker(talk)}`,
    )
    talk.stdout = (text) => forged.reduce((all, each) => inside(all, talk.random, each), text)
  },
  'markers among its errors': (talk) => {
    const forged = Array.from(
      { length: 1 + talk.random.int(6) },
      () => `${talk.random.chance(0.7) ? '\n' : ''}${marker(talk)}`,
    )
    talk.stderr = (text) => forged.reduce((all, each) => inside(all, talk.random, each), text)
  },
  'markers of commands that nobody sent': (talk) => {
    const many = talk.random.chance(0.05) ? 200_000 : talk.random.pick([10, 1000, 20_000])
    const pairs = Array.from(
      { length: many },
      (_, index) => `@@B:${talk.nonce}:9${index}\n@@E:${talk.nonce}:9${index}:0\n`,
    )
    talk.rest += pairs.join('')
  },
  "answers in each other's place": (talk) => {
    const paths = talk.said.map(({ path }) => path).toSorted(() => talk.random.next() - 0.5)
    talk.said = talk.said.map((each, index) => ({ ...each, path: paths[index] ?? each.path }))
  },
  'an answer twice': (talk) => {
    const again = talk.random.pick(talk.said)
    talk.said.push(talk.random.chance(0.5) ? again : { ...again, stdout: `${edge(talk.random)}\n` })
  },
  'no shell': (talk) => {
    talk.shell = false
    talk.exitCode = talk.random.pick([0, 1, 127, 255])
    if (talk.random.chance(0.5)) talk.said = []
  },
  'a banner': (talk) => {
    talk.banner = `${talk.random.chance(0.5) ? repeated(talk.random) : sshNoise(talk.random)}\n`
    if (talk.random.chance(0.6)) {
      talk.shell = false
      talk.said = []
      talk.exitCode = 255
    }
  },
  'a login that talks': (talk) => {
    talk.motd = `${talk.random.pick([edgeText(talk.random), repeated(talk.random), zfsNoise(talk.random)])}\n`
  },
  'cut off in the middle': (talk) => {
    talk.stdout = (text) => text.slice(0, talk.random.int(text.length + 1))
    if (talk.random.chance(0.5)) talk.stderr = (text) => text.slice(0, talk.random.int(text.length + 1))
    talk.exitCode = talk.random.pick([0, 255, 137])
  },
  'not even text': (talk) => {
    const bytes = Array.from({ length: 1 + talk.random.int(8) }, () => talk.random.int(256))
    talk.stdout = (text) => {
      const all = Buffer.from(text)
      const at = talk.random.int(all.length + 1)
      return Buffer.concat([all.subarray(0, at), Buffer.from(bytes), all.subarray(at)])
    }
  },
  'a flood': (talk) => {
    const bytes = talk.random.pick([100_000, 1_000_000, 4_000_000])
    const text = `${'flood\t'.repeat(20)}\n`
    const flood = text.repeat(Math.ceil(bytes / text.length))
    if (talk.random.chance(0.5)) talk.rest += flood
    else talk.stdout = (all) => inside(all, talk.random, flood)
  },
  'a line without an end': (talk) => {
    talk.rest += 'x'.repeat(talk.random.pick([10_000, 70_000, 2_000_000]))
  },
  'heartbeats everywhere': (talk) => {
    talk.stderr = (text) => {
      let all = text
      for (let beats = talk.random.pick([1, 10, 300]); beats > 0; beats--)
        all = inside(all, talk.random, `@@H:${talk.nonce}\n`)
      return all
    }
  },
  'a code of its own': (talk) => {
    talk.exitCode = talk.random.pick([1, 2, 126, 127, 137, 254, 255])
    if (talk.random.chance(0.5)) talk.rest += `${sshNoise(talk.random)}\n`
  },
}
