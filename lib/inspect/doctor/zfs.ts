import type { CommandResult } from '#lib/ssh/types.ts'
import { someOf } from '#lib/text/words.ts'
import { hasAppendOnlyReceive, hasSnapshotsChanged, parseVersion, type ZfsVersion } from '#lib/zfs/answers.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { type FeatureState, featureGaps } from '#lib/zfs/pool.ts'
import { bad, type Found, fine, skipped, warn } from './types.ts'

interface ZfsThere {
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

interface PoolOnHost {
  readonly host: string
  readonly pool: string
  readonly features: ReadonlyMap<string, FeatureState> | undefined
}

/** Versions of both sides of a pair. */
export function checkVersions(
  primary: { readonly host: string; readonly version: ZfsVersion | null },
  backup: { readonly host: string; readonly version: ZfsVersion | null },
): Found {
  if (primary.version === null || backup.version === null)
    return skipped(`The versions of ${primary.host} and ${backup.host} cannot be compared: one of them is not known.`)
  const [here, there] = [versionText(primary.version), versionText(backup.version)]
  if (here === there) return fine(`${primary.host} and ${backup.host} have the same OpenZFS (${here}).`)
  const older =
    primary.version.major > backup.version.major ||
    (primary.version.major === backup.version.major && primary.version.minor > backup.version.minor)
  return fine(
    `${primary.host} has OpenZFS ${here}, ${backup.host} ${there}${older ? ', which is older: keep to pool features that both know' : ''}.`,
  )
}

/** A feature in use on the primary's pool that the backup's pool lacks. */
export function checkFeatures(primary: PoolOnHost, backup: PoolOnHost): Found {
  const names = `${primary.host}:${primary.pool} → ${backup.host}:${backup.pool}`
  if (primary.features === undefined || backup.features === undefined)
    return skipped(`The pool features of ${names} could not be read.`)
  const gaps = featureGaps(primary.features, backup.features)
  const carried = gaps.filter(({ inStreams }) => inStreams)
  const others = gaps.filter(({ inStreams }) => !inStreams).map(({ name }) => name)
  const rest =
    others.length === 0
      ? ''
      : ` ${someOf(others)} in use there concern${others.length === 1 ? 's' : ''} that pool alone.`
  if (carried.length === 0)
    return fine(`${names}: the backup's pool knows every feature that a stream can carry.${rest}`)
  const disabled = carried.every(({ there }) => there === 'disabled')
  return warn(
    `${names}: ${someOf(
      carried.map(({ name, there }) => `${name} (${there} there)`),
      5,
    )} in use on the primary, so the backup may refuse its streams.${rest}`,
    disabled
      ? "Enable them on the backup's pool (an older OpenZFS can then no longer import it)."
      : `Bring ${backup.host} to an OpenZFS that knows them.`,
    disabled
      ? carried.map(({ name }) => ({ host: backup.host, command: `zpool set feature@${name}=enabled ${backup.pool}` }))
      : [],
  )
}
