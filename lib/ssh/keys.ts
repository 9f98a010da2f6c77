import { dirname, join } from 'node:path'
import { ensureDirectory, makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
import { fileFacts, isOpenToOthers, openFilesAllowed } from '#lib/host/file-facts.ts'
import { readTextFile } from '#lib/host/read-file.ts'
import { writeTextFileAtomic } from '#lib/host/write-file.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { fingerprintOf } from './known-hosts.ts'
import { showable } from './showable.ts'

export interface PublicKey {
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
