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
  const { pinned, general } = await pinnedKeys(settings.knownHostsFiles, host.id)
  const unknown = fault?.kind === 'host-key-unknown'
  if (unknown || (pinned.length === 0 && !general))
    return bad(
      `No host key of ${host.id} is pinned in ${settings.knownHostsFiles.join(' or ')}${
        fault === null ? ': the connection that is open was made before, the next one will be refused' : ''
      }.`,
      'Compare the fingerprint with the SAN itself, then accept it.',
      scan,
    )
  const keys = pinned.length === 0 ? 'by a hashed or general line' : pinned.join(', ')
  if (fault !== null) return skipped(`${host.id} is pinned (${keys}); whether it shows that key could not be seen.`)
  return fine(`${host.id} showed a pinned host key (${keys}).`)
}

/** The keys that are pinned for a host, and whether a line that may be about any host is there. */
export async function pinnedKeys(
  files: readonly string[],
  host: string,
): Promise<{ readonly pinned: readonly string[]; readonly general: boolean }> {
  const pinned: string[] = []
  let general = false
  for (const file of files) {
    const text = (await readTextFileIfThere(file).catch(() => null)) ?? ''
    for (const key of knownKeysOf(text, host)) pinned.push(`${key.fingerprint} (${key.type})`)
    general ||= GENERAL.test(text)
  }
  return { pinned, general }
}

/** Lines that may be about any host: hashed names, patterns, certificate authorities. */
const GENERAL = /^(\|1\||@cert-authority |[^\s#]*[*?])/m
