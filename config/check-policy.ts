import type { BuiltDatasets } from './build-datasets.ts'
import type { RawSettings } from './datasets.ts'
import type { Path } from './document.ts'
import type { HostConfig, Policy } from './effective.ts'
import type { Report } from './report.ts'
import { type Layer, placeOf, settingOf } from './settings.ts'
import { longestGapSeconds } from './windows.ts'

/** Settings that contradict each other. The fault stands at the nearer of the two, where somebody wrote the exception. */
export function checkPolicy(policy: Policy, layers: readonly Layer[], recursive: boolean, report: Report): void {
  const nearer = (one: keyof RawSettings, other: keyof RawSettings): Path => {
    const places = [placeOf(layers, one), placeOf(layers, other)].filter((place) => place !== null)
    return places.toSorted((a, b) => rank(layers, a) - rank(layers, b))[0] ?? layers[0]?.base ?? []
  }
  if (policy.warnDelaySeconds > policy.maxDelaySeconds)
    report.fault(
      nearer('warn_delay_hours', 'max_delay_hours'),
      `warn_delay_hours (${hours(policy.warnDelaySeconds)}) is more than max_delay_hours (${hours(policy.maxDelaySeconds)}); a warning must come first. Write a smaller warn_delay_hours, or leave it out for half.`,
    )
  const recovery = policy.maxRecoveryPointSeconds
  if (recovery !== null && recovery <= policy.minAgeSeconds)
    report.fault(
      nearer('max_recovery_point_hours', 'min_age_hours'),
      `max_recovery_point_hours (${hours(recovery)}) is not more than min_age_hours (${hours(policy.minAgeSeconds)}); no backup could ever meet it. Write a larger one.`,
    )
  for (const key of ['snapshot_include', 'snapshot_exclude'] as const) {
    const place = placeOf(layers, key)
    if (place === null || key === 'snapshot_include') continue
    if (policy.snapshotExclude.some((pattern) => /^\*+$/.test(pattern)))
      report.fault(
        place,
        'snapshot_exclude leaves out every snapshot (*); nothing could ever be replicated. Name the ones to leave out.',
      )
  }
  const exclude = placeOf(layers, 'exclude')
  if (exclude !== null && !recursive && (settingOf(layers, 'exclude')?.length ?? 0) > 0 && rank(layers, exclude) === 0)
    report.warn(exclude, 'exclude has no effect without recursive: true.')
  if (policy.autoRepair && policy.dryRun && placeOf(layers, 'auto_repair') !== null)
    report.warn(
      nearer('dry_run', 'auto_repair'),
      'auto_repair: true has no effect while dry_run: true; plans are recorded and nothing is written.',
    )
}

/**
 * Hosts that are off on purpose. Outside their hours nothing can be replicated, so a delay as long as that is no news: the
 * default of `warn_delay_hours` begins there. A maximum below it makes every one of those times an alarm.
 */
export function withOnlineHours(
  built: BuiltDatasets,
  hosts: ReadonlyMap<string, HostConfig>,
  timezone: string,
  report: Report,
): BuiltDatasets {
  const datasets = built.datasets.map((dataset, index) => {
    const { path, layers } = built.places[index] ?? { path: [], layers: [] }
    const seldom = [...new Set([dataset.primary.host, dataset.backup.host])].flatMap((id) => {
      const online = hosts.get(id)?.online ?? { kind: 'always' }
      if (online.kind === 'always') return []
      if (online.kind === 'on_demand') return [{ id, gap: Number.POSITIVE_INFINITY, text: online.kind }]
      return [{ id, gap: longestGapSeconds(online.windows, timezone), text: online.text }]
    })
    const [longest] = seldom.toSorted((a, b) => b.gap - a.gap)
    if (longest === undefined) return dataset
    const { policy } = dataset
    const { id, gap, text } = longest
    if (Number.isFinite(gap) && policy.maxDelaySeconds < gap)
      report.warn(
        placeOf(layers, 'max_delay_hours') ?? path,
        `max_delay_hours (${hours(policy.maxDelaySeconds)}) is less than the ${hours(gap)} h that ${id} may be off between its hours (${text}): the dataset would be BROKEN before each of them. Write more than that.`,
      )
    if (placeOf(layers, 'warn_delay_hours') !== null) return dataset
    const known = Number.isFinite(gap)
    const warnDelaySeconds = known ? Math.min(policy.maxDelaySeconds, gap + DAY) : policy.maxDelaySeconds
    return { ...dataset, policy: { ...policy, warnDelaySeconds, ...(known ? { warnGapSeconds: gap } : {}) } }
  })
  return { ...built, datasets }
}

/** What the rhythm of a primary is taken for as long as it has not been seen, seconds. */
const DAY = 86_400

function rank(layers: readonly Layer[], place: Path): number {
  return layers.findIndex(
    ({ base }) => base.length === place.length - 1 && base.every((step, index) => place[index] === step),
  )
}

function hours(seconds: number): string {
  return String(Number((seconds / 3600).toFixed(2)))
}
