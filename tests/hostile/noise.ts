import type { Random } from '#tests/bed/random.ts'

/* What may be heard before a shell answers, or from a command that fails: words of ssh and of ZFS, and worse. */

const SSH: readonly string[] = [
  'Permission denied (publickey).',
  'Host key verification failed.',
  'No ED25519 host key is known for x.example and you have requested strict checking.',
  'kex_exchange_identification: Connection closed by remote host',
  'Load key "/etc/zwitness/id": error in libcrypto',
  'UNPROTECTED PRIVATE KEY FILE',
  'Unable to negotiate with 10.0.0.9 port 22: no matching cipher found. Their offer: none',
  'Could not resolve hostname a.example: Name or service not known',
  'Connection refused',
  'This account is currently not available.',
  'Bad configuration option: hostname',
  'unix_listener: path too long',
  'Timeout, server b.example not responding.',
  'a.example: REMOTE HOST IDENTIFICATION HAS CHANGED SHA256:aaaa Host key for a.example has changed',
]
/** Beginnings that a pattern may begin to match at again and again. */
const REPEATED: readonly string[] = [
  'REMOTE HOST IDENTIFICATION HAS CHANGED SHA256:a',
  'Unable to negotiate with ',
  'no such identity: ',
  'Load key "',
  'Connection to ',
  'connect to host ',
  'Timeout, server ',
  'cannot open ',
  'resume token contents:',
]
const ZFS: readonly string[] = [
  "cannot open 'evil/lent': dataset does not exist",
  "cannot open 'tank/one': dataset does not exist",
  "cannot open 'vault/one': I/O error",
  "cannot open 'evil': no such pool",
  "cannot open 'evil/theirs': permission denied",
  "bad property list: invalid property 'snapshots_changed'",
  "cannot receive: destination 'vault/one' has been modified",
  'internal error: out of memory',
  'sudo: a password is required',
  'sh: 1: zfs: not found',
  "cannot resume send: 'tank/one@s1' is no longer the same snapshot used in the initial send",
  "cannot send 'tank/one@s1': signal received",
]

export const sshNoise = (random: Random): string => random.pick(SSH)
export const zfsNoise = (random: Random): string => random.pick(ZFS)
/** Up to 62 KB of one beginning. */
export function repeated(random: Random): string {
  const text = random.pick(REPEATED)
  return text.repeat(Math.ceil((2000 + random.int(60_000)) / text.length))
}
