import { readTextFileIfThere } from '#lib/host/read-file.ts'
import { knownKeysOf } from '#lib/ssh/known-hosts.ts'
import type { RemoteFault, SshHost, SshSettings } from '#lib/ssh/types.ts'
import { shellLine } from '#lib/zfs/shell-word.ts'
import { bad, fine, skipped } from './found.ts'
import type { Found } from './types.ts'

/** Is the host's own key pinned, and is it the one that the host showed? `fault`: how the login ended. */
export async function checkHostKey(host: SshHost, settings: SshSettings, fault: RemoteFault | null): Promise<Found> {
  const scan = [{ host: null, command: shellLine(['zwitness', 'known-hosts', 'scan', host.id]) }]
  if (fault?.kind === 'host-key-changed')
    return bad(
      `${host.id} shows another host key than the pinned one: it was installed anew, or somebody stands in between.`,
      'Find out which on the SAN itself; only then accept the new key and remove the old line.',
      scan,
    )
  const pinned: string[] = []
  for (const file of settings.knownHostsFiles) {
    const text = await readTextFileIfThere(file).catch(() => null)
    for (const key of knownKeysOf(text ?? '', host.id)) pinned.push(`${key.fingerprint} (${key.type})`)
  }
  if (fault?.kind === 'host-key-unknown' || (pinned.length === 0 && fault !== null))
    return bad(
      `No host key of ${host.id} is pinned in ${settings.knownHostsFiles.join(' or ')}.`,
      'Compare the fingerprint with the SAN itself, then accept it.',
      scan,
    )
  const keys = pinned.length === 0 ? 'under another name' : pinned.join(', ')
  if (fault !== null) return skipped(`${host.id} is pinned (${keys}); whether it shows that key could not be seen.`)
  return fine(`${host.id} showed a pinned host key (${keys}).`)
}
