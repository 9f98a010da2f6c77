import { readTextFileIfThere } from '#lib/host/read-file.ts'
import { writeTextFileAtomic } from '#lib/host/write-file.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { showable } from './showable.ts'

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

export type Acceptance =
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
