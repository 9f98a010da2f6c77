import { linesOf, readKnownLines } from '#lib/ssh/known-hosts.ts'
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
  const { pinned, authority } = await pinnedKeys(settings.knownHostsFiles, host)
  const unknown = fault?.kind === 'host-key-unknown'
  if (unknown || (pinned.length === 0 && !authority))
    return bad(
      `No host key of ${host.id} is pinned in ${settings.knownHostsFiles.join(' or ')}${
        fault === null ? ': the connection that is open was made before, the next one will be refused' : ''
      }.`,
      'Compare the fingerprint with the SAN itself, then accept it.',
      scan,
    )
  const keys = pinned.length === 0 ? 'by a certificate authority' : pinned.join(', ')
  if (fault !== null) return skipped(`${host.id} is pinned (${keys}); whether it shows that key could not be seen.`)
  return fine(`${host.id} showed a pinned host key (${keys}).`)
}

/** The keys by which ssh will know a host, and whether it may show one that an authority has signed instead. */
export async function pinnedKeys(
  files: readonly string[],
  host: Pick<SshHost, 'id' | 'hostname' | 'port'>,
): Promise<{ readonly pinned: readonly string[]; readonly authority: boolean }> {
  const lines = linesOf(await readKnownLines(files), host)
  return {
    pinned: lines.filter(({ kind }) => kind === 'key').map(({ key }) => `${key.fingerprint} (${key.type})`),
    authority: lines.some(({ kind }) => kind === 'authority'),
  }
}
