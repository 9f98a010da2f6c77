import { runCommand } from './command.ts'
import type { BedHost } from './host.ts'

/** What an admin, or another replicator, does on the simulated SANs. */

/** @throws with what it said, where it fails */
export async function zfsOn(host: BedHost, ...words: readonly string[]): Promise<string> {
  const done = await runCommand(['zfs', ...words], host)
  if (done.exitCode !== 0) throw new Error(done.stderr)
  return done.stdout.trim()
}

export async function loadKey(host: BedHost, dataset: string, passphrase: string): Promise<void> {
  const input = { read: async () => 0, write: async () => {}, text: `${passphrase}\n` }
  const done = await runCommand(['zfs', 'load-key', dataset], host, input)
  if (done.exitCode !== 0) throw new Error(done.stderr)
}

/**
 * `zfs send SEND… | head -c BYTES | zfs receive -u RECEIVE…`, all of the stream where no number of bytes is given.
 * @returns what the receive said on stderr
 */
export async function sendByHand(
  from: { readonly host: BedHost; readonly send: readonly string[] },
  to: { readonly host: BedHost; readonly receive: readonly string[] },
  bytes = Number.POSITIVE_INFINITY,
): Promise<string> {
  const pieces: Uint8Array[] = []
  const nothing = async () => 0
  const keep = async (piece: Uint8Array): Promise<void> => void pieces.push(Uint8Array.from(piece))
  const sent = await runCommand(['zfs', 'send', ...from.send], from.host, { read: nothing, write: keep })
  if (sent.exitCode !== 0) throw new Error(sent.stderr)
  const stream = Buffer.concat(pieces).subarray(0, bytes)
  let at = 0
  const read = async (buffer: Uint8Array, offset: number, length: number): Promise<number> => {
    const piece = stream.subarray(at, at + length)
    buffer.set(piece, offset)
    at += piece.length
    return piece.length
  }
  const argv = ['zfs', 'receive', '-u', ...to.receive]
  const received = await runCommand(argv, to.host, { read, write: async () => {} })
  return received.stderr
}
