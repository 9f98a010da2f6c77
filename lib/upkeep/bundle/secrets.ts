import { mapTexts } from './texts.ts'

/*
 * The last net before something leaves the machine. Nothing that goes into a bundle should hold a secret: the configuration
 * is masked by its schema, and no log line is written with one. This takes out what looks like one all the same, rather too
 * much than too little.
 */

const MASK = '***'

/** Fields that hold one, whatever is in them. */
const FIELD = /passw|passphrase|secret|token|credential|authorization|cookie|private_?key|api_?key|ping_?url|webhook/i
/** Shorter ones stand in too many words. */
const LEAST = 4

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, MASK],
  // Hashes of passwords: $argon2id$…, $2b$…, $6$…
  [/\$(?:argon2\w*|scrypt|pbkdf2[\w-]*|bcrypt\w*|2[abxy]|[1567y])\$[^\s"';]+/g, MASK],
  [/\b(authorization|proxy-authorization|cookie|set-cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi, `$1$2${MASK}`],
  [/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, `$1 ${MASK}`],
  [/\bzwt_\w+/g, MASK],
  // Of an address only where it is: what follows is often a token itself (hooks, pings, bots), and before the @ a password.
  [/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@"'<>]*@)?([^\s/"'<>?#@]*)[/?#][^\s"'<>]*/gi, `$1$2/${MASK}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi, `$1${MASK}@`],
  [
    /\b((?:\w*[_-])?(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key))(["']?\s*[:=]\s*["']?)[^\s"',;}&]+/gi,
    `$1$2${MASK}`,
  ],
  // Made by a machine: both cases and digits, long, in one piece. A fingerprint says that it is one.
  [
    /(?<!SHA256:)(?<![\w+/=-])(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*\d)[A-Za-z0-9+/=]{24,}(?![\w+/=-])/g,
    MASK,
  ],
]

/** `known`: values that are secrets for certain, as the configuration has them. */
export function secretRemover(known: readonly string[]): <T>(document: T) => T {
  // The longest first: one may be part of another.
  const values = [...new Set(known)].filter((value) => value.length >= LEAST).toSorted((a, b) => b.length - a.length)
  const without = (text: string): string => {
    const exact = values.reduce((rest, value) => rest.replaceAll(value, MASK), text)
    return FORMS.reduce((rest, [form, instead]) => rest.replace(form, instead), exact)
  }
  return <T>(document: T): T =>
    mapTexts(rowsMasked(document), (text, key) => (key !== null && FIELD.test(key) ? MASK : without(text))) as T
}

/** Rows of the effective configuration: `{ path: 'auth.users.a.password_hash', value: … }`. */
function rowsMasked(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(rowsMasked)
  if (typeof document !== 'object' || document === null) return document
  const { path } = document as { readonly path?: unknown }
  const hides = typeof path === 'string' && FIELD.test(path.split('.').at(-1) ?? '')
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [
      key,
      hides && key === 'value' && value !== null ? MASK : rowsMasked(value),
    ]),
  )
}
