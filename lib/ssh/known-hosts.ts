import { createHmac } from 'node:crypto'
import { readTextFileIfThere, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { showable } from '#lib/text/clean.ts'
import type { SshHost } from './types.ts'

export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`. */
  readonly type: string
  /** `SHA256:…`, as `ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` prints it on the host itself. */
  readonly fingerprint: string
  /** The key in base64. */
  readonly key: string
}

/** What the fingerprint of a public key in base64 is. */
export const fingerprintOf = (key: string): string =>
  `SHA256:${new Bun.CryptoHasher('sha256')
    .update(Buffer.from(key, 'base64'))
    .digest('base64')
    .replace(/={1,2}$/, '')}`

const LINE = /^\S+ (ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+) ([A-Za-z0-9+/]+=*)$/

/**
 * The keys that a host shows now. This proves nothing: whoever is in between shows keys too, so a person compares the
 * fingerprints. Throws when the host shows none. A host behind a jump host cannot be scanned from here.
 */
export async function scanHostKeys(hostname: string, port: number, timeoutSeconds = 10): Promise<readonly HostKey[]> {
  const scan = await runCommand({
    file: 'ssh-keyscan',
    args: ['-T', String(timeoutSeconds), '-p', String(port), '-t', 'ed25519,ecdsa,rsa', '--', hostname],
    timeoutMs: timeoutSeconds * 3_000,
    maxStdoutBytes: 256 * 1024,
  })
  const keys = scan.stdout
    .toString('latin1')
    .split('\n')
    .flatMap((line) => {
      const match = LINE.exec(line.trim())
      if (match?.[1] === undefined || match[2] === undefined) return []
      return [{ type: match[1], key: match[2], fingerprint: fingerprintOf(match[2]) }]
    })
  if (keys.length > 0) return keys
  const why = scan.failure ?? (showable(scan.stderr) || 'it showed no key')
  throw new Error(`${hostname} port ${port} cannot be scanned for host keys: ${why}`)
}

type Acceptance =
  | { readonly accepted: true; readonly line: string; readonly already: boolean }
  | { readonly accepted: false; readonly reason: string }

/**
 * Pins one key under the host's id, but only the one whose fingerprint was named: what was compared is what is pinned, even
 * if the host shows another key a second later. Lines of other keys of the same host stay (a key that is being rotated).
 */
export async function acceptHostKey(
  file: string,
  hostId: string,
  keys: readonly HostKey[],
  fingerprint: string,
): Promise<Acceptance> {
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(hostId))
    return { accepted: false, reason: `${JSON.stringify(hostId)} is no host id.` }
  const wanted = fingerprint.startsWith('SHA256:') ? fingerprint : `SHA256:${fingerprint}`
  const key = keys.find((candidate) => candidate.fingerprint === wanted && fingerprintOf(candidate.key) === wanted)
  if (key === undefined) {
    const shown = keys.map((candidate) => candidate.fingerprint).join(', ')
    return { accepted: false, reason: `${hostId} does not show ${wanted}, but ${shown}. Nothing was accepted.` }
  }
  const line = `${hostId} ${key.type} ${key.key}`
  const before = (await readTextFileIfThere(file)) ?? ''
  if (before.split('\n').includes(line)) return { accepted: true, line, already: true }
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  await writeTextFileAtomic(file, `${before}${gap}${line}\n`, 0o600)
  return { accepted: true, line, already: false }
}

/** A line of known_hosts that says who someone is. */
interface KnownLine {
  /** Patterns as ssh has them (`*`, `?`, `!` before one), or one hashed name (`|1|salt|hash`). */
  readonly names: readonly string[]
  /** `authority`: no host's own key, but one that may sign those of all hosts named. */
  readonly kind: 'key' | 'authority'
  readonly key: HostKey
}

const KNOWN_HOSTS_LINE =
  /^(?:@(cert-authority)[ \t]+)?([^\s@#]\S*)[ \t]+(ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:[ \t]|$)/

/** Comments, revoked keys and what is no such line are left out: of a revocation ssh itself takes care. */
export function knownLines(text: string): readonly KnownLine[] {
  return text.split(/\r?\n/).flatMap((line): readonly KnownLine[] => {
    const [, authority, names = '', type = '', key = ''] = KNOWN_HOSTS_LINE.exec(line.trim()) ?? []
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
 * Where no line has it, ssh looks by `hostname:` and port, as it does for everyone; a certificate then has to be for that
 * hostname. No one is let in for being in neither: then it is our own name under which the key is missing.
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

/** Of all files; one that cannot be read knows no one, for ssh neither. */
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
