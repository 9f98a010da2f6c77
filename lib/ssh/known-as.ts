import { createHmac } from 'node:crypto'
import { readTextFileIfThere } from '#lib/host/read-file.ts'
import { fingerprintOf, type HostKey } from './known-hosts.ts'
import type { SshHost } from './types.ts'

/** A line of known_hosts that says who somebody is. */
export interface KnownLine {
  /** Patterns as ssh has them (`*`, `?`, `!` before one), or one hashed name (`|1|salt|hash`). */
  readonly names: readonly string[]
  /** `authority`: no host's own key, but one that may sign those of all hosts named. */
  readonly kind: 'key' | 'authority'
  readonly key: HostKey
}

const LINE =
  /^(?:@(cert-authority)[ \t]+)?([^\s@#]\S*)[ \t]+(ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:[ \t]|$)/

/** Comments, revoked keys and what is no such line are left out: of a revocation ssh itself takes care. */
export function knownLines(text: string): readonly KnownLine[] {
  return text.split(/\r?\n/).flatMap((line): readonly KnownLine[] => {
    const [, authority, names = '', type = '', key = ''] = LINE.exec(line.trim()) ?? []
    if (names === '') return []
    const kind = authority === undefined ? 'key' : 'authority'
    return [{ names: names.split(','), kind, key: { type, key, fingerprint: fingerprintOf(key) } }]
  })
}

/** The names under which ssh looks for a host by its `hostname:`; it tries the second one where the first is not there. */
export function hostnamesOf({ hostname, port }: Pick<SshHost, 'hostname' | 'port'>): readonly string[] {
  return port === 22 ? [hostname] : [`[${hostname}]:${port}`, hostname]
}

/**
 * The name under which ssh is to look for the host's key. Our own counts first: it is what was compared and accepted here.
 * Where no line has it, ssh looks by `hostname:` and port, as it does for everybody; a certificate then has to be for that
 * hostname. Nobody is let in for being in neither: then it is our own name under which the key is missing.
 */
export function knownAs(lines: readonly KnownLine[], host: Pick<SshHost, 'id' | 'hostname' | 'port'>): string {
  const exact = lines.some(({ names, kind }) => kind === 'key' && names.some((name) => isExactly(name, host.id)))
  if (exact) return host.id
  return hostnamesOf(host).find((name) => linesFor(lines, name).length > 0) ?? host.id
}

/** The lines by which ssh will know this host. */
export function linesOf(
  lines: readonly KnownLine[],
  host: Pick<SshHost, 'id' | 'hostname' | 'port'>,
): readonly KnownLine[] {
  return linesFor(lines, knownAs(lines, host))
}

/** Of all files; one that cannot be read knows nobody, for ssh neither. */
export async function readKnownLines(files: readonly string[]): Promise<readonly KnownLine[]> {
  const texts = await Promise.all(files.map((file) => readTextFileIfThere(file).catch(() => null)))
  return texts.flatMap((text) => (text === null ? [] : knownLines(text)))
}

function linesFor(lines: readonly KnownLine[], name: string): readonly KnownLine[] {
  return lines.filter((line) => isFor(line, name))
}

/** As ssh does it: one pattern that says no (`!`) outweighs all that say yes. */
function isFor({ names }: KnownLine, name: string): boolean {
  if (names.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false
  return names.some((pattern) => isExactly(pattern, name) || matches(pattern, name))
}

function isExactly(pattern: string, name: string): boolean {
  if (!pattern.startsWith('|1|')) return pattern.toLowerCase() === name.toLowerCase()
  const [, , salt = '', hash = ''] = pattern.split('|')
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name.toLowerCase()).digest('base64') === hash
}

/** Takes what `*` leaves open step by step: a pattern full of stars must not take for ever. */
function matches(pattern: string, name: string): boolean {
  const [text, wanted] = [name.toLowerCase(), pattern.toLowerCase()]
  let [at, from, star, resume] = [0, 0, -1, 0]
  while (from < text.length) {
    if (wanted[at] === '*') {
      star = at++
      resume = from
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === text[from])) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++resume
    } else return false
  }
  while (wanted[at] === '*') at++
  return at === wanted.length
}
