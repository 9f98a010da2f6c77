import type { ZfsVersion } from '#lib/zfs/answers.ts'
import { type FeatureState, featureGaps } from '#lib/zfs/pool.ts'
import { versionText } from './check-zfs.ts'
import { fine, skipped, someOf, warn } from './found.ts'
import type { Found } from './types.ts'

export interface PoolOnHost {
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
