import { createHash } from 'node:crypto'
import type { Parsed } from '#lib/settings/fields.ts'
import { type RawSettings, SETTING_DEFAULTS } from './datasets.ts'
import type { ConfigDocument, Path } from './document.ts'
import type { DatasetConfig, HostConfig, PairConfig, Policy } from './effective.ts'
import { didYouMean } from './faults.ts'
import type { PairPart, Parts, Report } from './parts.ts'
import { parseKeepFree, parseRate } from './units.ts'
import { longestGapSeconds, parseDailyWindow } from './windows.ts'

export interface BuiltDatasets {
  readonly pairs: readonly PairConfig[]
  readonly datasets: readonly DatasetConfig[]
  /** Where each dataset stands, and the blocks its settings come from, in the order of `datasets`. */
  readonly places: readonly { readonly path: Path; readonly layers: readonly Layer[] }[]
}

export function buildDatasets(parts: Parts, document: ConfigDocument, file: string, report: Report): BuiltDatasets {
  const pairs: PairConfig[] = []
  const unnamed: (Omit<DatasetConfig, 'id'> & { readonly explicit: string | null })[] = []
  const places: { path: Path; layers: readonly Layer[] }[] = []
  const names = new Set<string>()
  for (const part of parts.pairs) {
    const { primary, backup } = part.pair
    const path: Path = ['pairs', part.index]
    const pair = { name: part.pair.name ?? `${primary} → ${backup}`, primary, backup }
    checkPair(part, pair.name, names, parts, report)
    pairs.push(pair)
    for (const { index, dataset } of part.datasets) {
      const { name, backup_dataset: backupDataset, id = null, ...own } = dataset
      const place: Path = [...path, 'datasets', index]
      const layers: Layer[] = [
        { base: place, values: own },
        { base: [...path, 'defaults'], values: part.defaults ?? {} },
        { base: ['defaults'], values: parts.defaults ?? {} },
      ]
      const policy = policyOf(layers)
      const recursive = settingOf(layers, 'recursive') ?? SETTING_DEFAULTS.recursive
      // With an unsound layer the settings in force are not known, and a contradiction could be a false one.
      if (part.defaults !== null && parts.defaults !== null) checkPolicy(policy, layers, recursive, report)
      const lineOf = (key: keyof RawSettings): number | null => {
        const found = placeOf(layers, key)
        return found === null ? null : document.keyAt(found).line
      }
      places.push({ path: place, layers })
      unnamed.push({
        explicit: id,
        pair: pair.name,
        primary: { host: primary, dataset: name },
        backup: { host: backup, dataset: backupDataset },
        recursive,
        exclude: settingOf(layers, 'exclude') ?? SETTING_DEFAULTS.exclude,
        policy,
        paused: settingOf(layers, 'paused') ?? SETTING_DEFAULTS.paused,
        at: { file, line: document.at(place).line },
        dryRunLine: policy.dryRun ? lineOf('dry_run') : null,
        filterLines: { include: lineOf('snapshot_include'), exclude: lineOf('snapshot_exclude') },
      })
    }
  }
  const ids = datasetIds(unnamed)
  checkExplicitIds(unnamed, places, report)
  return {
    pairs,
    places,
    datasets: unnamed.map(({ explicit: _, ...rest }, index) => ({ id: ids[index] ?? '', ...rest })),
  }
}

function checkPair(
  { index, pair, datasets }: PairPart,
  name: string,
  names: Set<string>,
  parts: Parts,
  report: Report,
): void {
  const path: Path = ['pairs', index]
  for (const side of ['primary', 'backup'] as const) {
    if (parts.hostIds.has(pair[side])) continue
    const known = [...parts.hostIds]
    const hint = didYouMean(pair[side], known)
    report.fault(
      [...path, side],
      `There is no host ${pair[side]} under san_hosts.${hint || ` Add it, or write one of ${known.join(', ') || 'those you add'}.`}`,
    )
  }
  if (names.has(name))
    report.fault(
      [...path, pair.name === undefined ? 'primary' : 'name'],
      `There are two pairs named ${JSON.stringify(name)}; give one another name, or put their datasets together.`,
    )
  names.add(name)
  if (pair.primary === pair.backup)
    report.warn(
      [...path, 'backup'],
      `Primary and backup are both on ${pair.primary}; whatever takes the host takes both copies.`,
    )
  if (datasets.length === 0) report.warn(path, 'This pair has no datasets; nothing of it is watched.')
}

function checkExplicitIds(
  mappings: readonly { readonly explicit: string | null }[],
  places: BuiltDatasets['places'],
  report: Report,
): void {
  const seen = new Set<string>()
  for (const [index, { explicit }] of mappings.entries()) {
    if (explicit === null) continue
    if (seen.has(explicit))
      report.fault(
        [...(places[index]?.path ?? []), 'id'],
        `The id ${explicit} is given twice; an id must be the only one of its kind.`,
      )
    seen.add(explicit)
  }
}

interface Unnamed {
  readonly explicit: string | null
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
}

/**
 * The API ids, in the order given: the explicit one, else `<primary>-<backup>.<path without pool, / as .>`. Where made ids
 * meet, each gets `~` and 6 hex digits of its mapping, so that none depends on the order of the file.
 */
export function datasetIds(mappings: readonly Unnamed[]): readonly string[] {
  const plain = mappings.map((mapping) => mapping.explicit ?? madeId(mapping))
  const uses = new Map<string, number>()
  for (const id of plain) uses.set(id, (uses.get(id) ?? 0) + 1)
  return mappings.map((mapping, index) => {
    const id = plain[index] ?? ''
    return mapping.explicit !== null || uses.get(id) === 1 ? id : `${id}~${mappingHash(mapping)}`
  })
}

function madeId({ primary, backup }: Unnamed): string {
  const [pool = '', ...below] = primary.dataset.split('/')
  const path = below.length === 0 ? pool : below.join('.')
  return `${primary.host}-${backup.host}.${path}`.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

function mappingHash({ primary, backup }: Unnamed): string {
  const text = [primary.host, primary.dataset, backup.host, backup.dataset].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}

/** Settings that contradict each other. The fault stands at the nearer of the two, where someone wrote the exception. */
function checkPolicy(policy: Policy, layers: readonly Layer[], recursive: boolean, report: Report): void {
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

/** One block of settings and its place; the nearest layer first. */
export interface Layer {
  readonly base: Path
  readonly values: RawSettings
}

function settingOf<K extends keyof RawSettings>(layers: readonly Layer[], key: K): RawSettings[K] {
  return layers.find(({ values }) => values[key] !== undefined)?.values[key]
}

/** Where the setting in force is written, or null for the built-in default. */
function placeOf(layers: readonly Layer[], key: keyof RawSettings): Path | null {
  const layer = layers.find(({ values }) => values[key] !== undefined)
  return layer === undefined ? null : [...layer.base, key]
}

const HOUR = 3600
const byDefault = SETTING_DEFAULTS

function policyOf(layers: readonly Layer[]): Policy {
  const setting = <K extends keyof RawSettings>(key: K): RawSettings[K] => settingOf(layers, key)
  const seconds = (hours: number | undefined): number | null => (hours === undefined ? null : Math.round(hours * HOUR))
  const maxDelay = seconds(setting('max_delay_hours')) ?? byDefault.max_delay_hours * HOUR
  const rate = setting('bandwidth_limit')
  const window = setting('repair_window')
  // Inherited key by key: a pair that sets only `raw` keeps the file's `compressed`.
  const sends = layers.map(({ values }) => values.send)
  return {
    maxDelaySeconds: maxDelay,
    warnDelaySeconds: seconds(setting('warn_delay_hours')) ?? Math.round(maxDelay / 2),
    minAgeSeconds: seconds(setting('min_age_hours')) ?? 0,
    maxRecoveryPointSeconds: seconds(setting('max_recovery_point_hours')),
    primaryMaxAgeSeconds: seconds(setting('primary_max_age_hours')),
    autoRepair: setting('auto_repair') ?? byDefault.auto_repair,
    dryRun: setting('dry_run') ?? byDefault.dry_run,
    repairWhen: setting('repair_when') ?? byDefault.repair_when,
    retired: setting('retired') ?? byDefault.retired,
    onDiverged: setting('on_diverged') ?? byDefault.on_diverged,
    anchor: setting('anchor') ?? byDefault.anchor,
    initial: setting('initial') ?? byDefault.initial,
    snapshotInclude: setting('snapshot_include') ?? byDefault.snapshot_include,
    snapshotExclude: setting('snapshot_exclude') ?? byDefault.snapshot_exclude,
    send: {
      raw: sends.find((send) => send?.raw !== undefined)?.raw ?? byDefault.send.raw,
      largeBlocks: sends.find((send) => send?.large_blocks !== undefined)?.large_blocks ?? byDefault.send.large_blocks,
      compressed: sends.find((send) => send?.compressed !== undefined)?.compressed ?? byDefault.send.compressed,
    },
    keepFree: judged(parseKeepFree(setting('keep_free') ?? byDefault.keep_free)),
    bandwidthLimit: rate === undefined ? null : judged(parseRate(rate)),
    repairWindow: window === undefined ? null : judged(parseDailyWindow(window)),
  }
}

/** The schema has already refused what cannot be parsed; a failure here is a fault of this program. */
export function judged<T>(value: Parsed<T>): T {
  if (value.ok) return value.value
  throw new Error(`A value passed the schema and was then refused: ${value.message}`)
}
