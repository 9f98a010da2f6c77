import { dirname, join } from 'node:path'
import {
  ensureDirectory,
  fileFacts,
  isOpenToOthers,
  makeTemporaryDirectory,
  modeText,
  openFilesAllowed,
  readTextFile,
  readTextFileIfThere,
  removePath,
  systemErrorCode,
  writeTextFileAtomic,
} from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { showable } from '#lib/text/clean.ts'
import { fingerprintOf } from './known-hosts.ts'
import type { RemoteFault, SshHost } from './types.ts'

interface PublicKey {
  /** The line for authorized_keys. */
  readonly line: string
  readonly fingerprint: string
}

/** Makes a new ed25519 key without a passphrase (0600). Never replaces one: throws when a file is there already. */
export async function createKey(path: string, comment: string): Promise<PublicKey> {
  if ((await fileFacts(path)) !== null)
    throw new Error(`There is a key ${path} already: show it with \`zwitness keys show\`, or move it away first.`)
  if ((await fileFacts(dirname(path))) === null) await ensureDirectory(dirname(path))
  const args = ['-q', '-t', 'ed25519', '-N', '', '-C', comment.replace(/[^\w@.-]/g, '-'), '-f', path]
  const made = await runCommand({ file: 'ssh-keygen', args, timeoutMs: 30_000, maxStdoutBytes: 64 * 1024 })
  if (made.exitCode !== 0) throw new Error(`ssh-keygen made no key ${path}: ${made.failure ?? showable(made.stderr)}`)
  return publicKeyOf(path)
}

/** The public half, computed from the private one, so that it is right also where the .pub file is not. */
export async function publicKeyOf(path: string): Promise<PublicKey> {
  const facts = await fileFacts(path)
  if (facts === null || !isOpenToOthers(facts) || !openFilesAllowed()) return readPublicKey(path)
  // ssh-keygen takes no such key either.
  const directory = await makeTemporaryDirectory('zw-key-')
  try {
    const copy = join(directory, 'key')
    await writeTextFileAtomic(copy, await readTextFile(path), 0o600)
    return await readPublicKey(copy)
  } finally {
    await removePath(directory)
  }
}

async function readPublicKey(path: string): Promise<PublicKey> {
  const args = ['-y', '-P', '', '-f', path]
  const shown = await runCommand({ file: 'ssh-keygen', args, timeoutMs: 30_000, maxStdoutBytes: 64 * 1024 })
  const line = shown.stdout.toString('utf8').trim()
  const key = line.split(' ')[1]
  if (shown.exitCode === 0 && key !== undefined) return { line, fingerprint: fingerprintOf(key) }
  throw new Error(`The key ${path} cannot be read: ${shown.failure ?? showable(shown.stderr)}`)
}

/**
 * Looks at the key before ssh does. Without a usable key ssh logs in nevertheless and is refused, and a server counts that
 * as an attack: four of them lock the witness out.
 */
export async function checkKeyFile(host: SshHost): Promise<RemoteFault | null> {
  const path = host.identityFile
  const fault = (message: string): RemoteFault => ({
    kind: 'key-file',
    host: host.id,
    message,
    stderrTail: '',
    exitCode: null,
    retryable: false,
  })
  try {
    const facts = await fileFacts(path)
    if (facts === null) return fault(`There is no key ${path}: put it there, or make one with \`zwitness keys init\`.`)
    if (!facts.isFile) return fault(`${path} is not a file: name the private key itself.`)
    if (isOpenToOthers(facts) && host.keyCopy === undefined)
      return fault(`Others may read the key ${path}, so ssh refuses to use it: \`chmod 600 ${path}\`.`)
    const text = await readTextFile(path)
    const problem = keyProblem(text)
    if (problem !== null) return fault(`The key ${path} ${problem}`)
    if (host.keyCopy !== undefined) await copyKey(text, host.keyCopy)
    return null
  } catch (error) {
    return fault(
      `The key ${path} cannot be read (${systemErrorCode(error) ?? error}): give it to the user that the witness runs as.`,
    )
  }
}

/** As it is now: one that is changed counts from the next connection on, as without a copy. */
async function copyKey(text: string, copy: string): Promise<void> {
  if ((await readTextFileIfThere(copy)) !== text) await writeTextFileAtomic(copy, text, 0o600)
  const facts = await fileFacts(copy)
  if (facts === null || isOpenToOthers(facts))
    throw new Error(`its copy ${copy} is shown as open too, mode ${facts === null ? 'unknown' : modeText(facts)}`)
}

/** Why ssh cannot use this private key without asking a person, or null. */
function keyProblem(text: string): string | null {
  const passphrase = 'has a passphrase, which nobody can type here: use one without (`ssh-keygen -p`).'
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]{0,100000})-----END/.exec(text)?.[1]
  if (body !== undefined) {
    // "openssh-key-v1\0", then a length and the name of the cipher: "none" when it has no passphrase.
    const bytes = Buffer.from(body, 'base64')
    if (bytes.toString('latin1', 0, 14) !== 'openssh-key-v1') return 'is damaged.'
    return bytes.toString('latin1', 19, 19 + bytes.readUInt32BE(15)) === 'none' ? null : passphrase
  }
  if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(text)) return /ENCRYPTED/.test(text) ? passphrase : null
  if (/^(ssh-|ecdsa-)/.test(text)) return 'is a public key: name the private one (without .pub).'
  return 'is not a private key.'
}
