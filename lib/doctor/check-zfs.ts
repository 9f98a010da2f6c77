import type { CommandResult } from '#lib/ssh/types.ts'
import { hasAppendOnlyReceive, hasSnapshotsChanged, parseVersion, type ZfsVersion } from '#lib/zfs/answers.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { bad, fine, warn } from './found.ts'
import type { Found } from './types.ts'

export interface ZfsThere {
  readonly found: Found
  readonly version: ZfsVersion | null
  /** False: nothing else of ZFS can be asked there. */
  readonly usable: boolean
}

/** `zfs version`, and what follows from it. `receive -s` and `send -c -L -e` came with 0.7, `zfs version` with 0.8. */
export function checkZfs(host: string, zfs: readonly string[], answer: CommandResult | null): ZfsThere {
  const command = zfs.join(' ')
  if (answer === null)
    return { found: bad(`${host} did not say its version of ZFS.`, 'Try it again.'), version: null, usable: false }
  const fault = answer.exitCode === 0 ? null : classifyZfs(answer.stderr)
  if (answer.exitCode === 127 || fault?.kind === 'command-not-found')
    return unusable(
      `\`${command}\` is not there on ${host}.`,
      `Install OpenZFS, or write the path into zfs_command of ${host}.`,
    )
  if (fault?.kind === 'sudo-password')
    return unusable(
      `sudo on ${host} asks for a password.`,
      'Prefer rights (zfs allow) to sudo; else allow the commands with NOPASSWD in a sudoers file.',
    )
  if (fault?.kind === 'not-root' || fault?.kind === 'modules-not-loaded')
    return unusable(
      `ZFS on ${host} cannot be used by the login: ${fault.text}`,
      'Open /dev/zfs to the login (mode 0666, as udev leaves it), load the module, or use zfs_command: [sudo, -n, zfs].',
    )
  const version = parseVersion(answer.stdout)
  if (version === null)
    return {
      found: warn(
        `${host} does not say which OpenZFS it is: older than 0.8, or not OpenZFS.`,
        'OpenZFS 2.1 is the oldest that is read here.',
      ),
      version: null,
      usable: true,
    }
  return { found: judge(host, version), version, usable: true }

  function unusable(message: string, cure: string): ZfsThere {
    return { found: bad(message, cure), version: null, usable: false }
  }
}

function judge(host: string, version: ZfsVersion): Found {
  const text = `OpenZFS ${versionText(version)} on ${host}`
  if (version.major < 2 || (version.major === 2 && version.minor < 1))
    return bad(`${text} is too old: its listings lack what is needed.`, 'OpenZFS 2.1 is the oldest that is read here.')
  const lacks = [
    ...(hasSnapshotsChanged(version) ? [] : ['snapshots_changed (2.2), so every scan lists every snapshot']),
    ...(hasAppendOnlyReceive(version) ? [] : ['receive:append (2.3.2), with which the SAN itself refuses receive -F']),
  ]
  if (lacks.length === 0)
    return fine(`${text}: resumable receives, compressed and large-block streams, receive:append.`)
  return fine(`${text}: resumable receives, compressed and large-block streams; without ${lacks.join(', and ')}.`)
}

export function versionText({ major, minor, patch }: ZfsVersion): string {
  return `${major}.${minor}.${patch}`
}
