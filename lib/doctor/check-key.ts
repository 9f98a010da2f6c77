import { fileFacts } from '#lib/host/file-facts.ts'
import { checkKeyFile, publicKeyOf } from '#lib/ssh/keys.ts'
import type { SshHost } from '#lib/ssh/types.ts'
import { shellLine } from '#lib/zfs/shell-word.ts'
import { bad, fine } from './found.ts'
import type { Found } from './types.ts'

/** The private key for a host: there, ours, closed to others, without a passphrase. */
export async function checkKey(host: SshHost, uid: number): Promise<Found> {
  const path = host.identityFile
  const facts = await fileFacts(path).catch(() => null)
  if (facts !== null && facts.uid !== uid && uid !== 0)
    return bad(`The key ${path} belongs to uid ${facts.uid}, the witness runs as ${uid}.`, 'Give it to the witness.', [
      { host: null, command: shellLine(['chown', String(uid), path]) },
    ])
  const fault = await checkKeyFile(host)
  if (fault !== null) {
    const open = facts?.isFile === true && (facts.mode & 0o077) !== 0
    const fix = open ? shellLine(['chmod', '600', path]) : facts === null ? 'zwitness keys init' : null
    const [what, cure = 'Name another key with identity_file.'] = fault.message.split(/: (?=[^:]{0,1000}$)/)
    return bad(`${what}.`, sentence(cure), fix === null ? [] : [{ host: null, command: fix }])
  }
  try {
    return fine(`The key ${path} is usable (${(await publicKeyOf(path)).fingerprint}).`)
  } catch (error) {
    return bad(
      error instanceof Error ? error.message : String(error),
      'Make a new one, or name another with identity_file.',
    )
  }
}

function sentence(text: string): string {
  const whole = text.endsWith('.') ? text : `${text}.`
  return whole.slice(0, 1).toUpperCase() + whole.slice(1)
}
