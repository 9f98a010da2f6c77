import { randomBytes } from 'node:crypto'

const each = (word: string, form: (code: number) => string): string =>
  [...word].map((sign) => form(sign.charCodeAt(0))).join('')

/** Ways of writing in which a secret could get out, besides itself. */
export const WAYS: Readonly<Record<string, (word: string) => string>> = {
  percent: (word) => each(word, (code) => `%${code.toString(16)}`),
  unicode: (word) => each(word, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
  entities: (word) => each(word, (code) => `&#${code};`),
  hex: (word) => Buffer.from(word).toString('hex'),
  base64: (word) => Buffer.from(word).toString('base64'),
}

interface Secret {
  readonly what: string
  readonly word: string
  /** The database has to keep it, as it keeps a hash. */
  readonly inDatabase: boolean
}

const LENGTH = 24

/** Secrets that are put everywhere where a secret may stand, and then searched for everywhere else. */
export class Planted {
  readonly #secrets: Secret[] = []
  /** What is searched for, in lower case: both halves of each, in every way of writing; by their first four signs. */
  readonly #forms = new Map<number, { readonly form: string; readonly secret: Secret }[]>()
  /** Which four signs may begin one: most of a text is passed over by this alone. */
  readonly #begins = new Uint8Array(1 << 20)

  /** A word that is nowhere else: letters and digits, which no escaping changes. */
  word(what: string): string {
    const word = randomBytes(60)
      .toString('base64')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, LENGTH)
    this.known(what, word)
    return word
  }

  /** A secret that somebody else made. */
  known(what: string, word: string, { inDatabase = false } = {}): void {
    const secret = { what, word, inDatabase }
    this.#secrets.push(secret)
    const half = Math.ceil(word.length / 2)
    const forms = [word.slice(0, half), word.slice(half)].flatMap((piece) => [
      piece,
      encodeURIComponent(piece),
      ...Object.values(WAYS).map((way) => way(piece)),
      ...[0, 1, 2].map((before) => insideBase64(piece, before)),
    ])
    for (const form of new Set(forms.map((each) => each.toLowerCase()))) {
      const key = [...form.slice(0, 4)].reduce((sum, sign) => next(sum, sign.charCodeAt(0)), 0)
      this.#forms.set(key, [...(this.#forms.get(key) ?? []), { form, secret }])
      this.#begins[placeOf(key)] = 1
    }
  }

  /** The words that stand in this text as they are. */
  saidIn(text: string): readonly string[] {
    return this.#secrets.map(({ word }) => word).filter((word) => text.includes(word))
  }

  /** What of all that was planted stands in this text, however written; with what stands around it. */
  in(text: string, { database = false } = {}): readonly string[] {
    const low = text.toLowerCase()
    const found = new Map<Secret, string>()
    let key = 0
    for (let at = 0; at < low.length; at++) {
      key = next(key, low.charCodeAt(at))
      if (this.#begins[placeOf(key)] === 0) continue
      for (const { form, secret } of this.#forms.get(key) ?? []) {
        if (!low.startsWith(form, at - 3) || found.has(secret) || (database && secret.inDatabase)) continue
        found.set(secret, `${secret.what}: …${text.slice(Math.max(0, at - 80), at + 60)}…`)
      }
    }
    return [...found.values()]
  }
}

/** The last four signs as one number. */
const next = (key: number, code: number): number => ((key << 8) | (code & 255)) >>> 0
const placeOf = (key: number): number => Math.imul(key, 2_654_435_761) >>> 12

/** The signs of base64 that are sure to stand there, whatever comes before it (so many bytes, modulo 3) and after it. */
function insideBase64(text: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
  return bytes
    .toString('base64')
    .replaceAll('=', '')
    .slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
}
