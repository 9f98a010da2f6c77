import { type RawSettings, SETTING_DEFAULTS } from './datasets.ts'
import type { Path } from './document.ts'
import type { Policy } from './effective.ts'
import { type Parsed, parseKeepFree, parseRate } from './units.ts'
import { parseDailyWindow } from './windows.ts'

/** One block of settings and its place; the nearest layer first. */
export interface Layer {
  readonly base: Path
  readonly values: RawSettings
}

export function settingOf<K extends keyof RawSettings>(layers: readonly Layer[], key: K): RawSettings[K] {
  return layers.find(({ values }) => values[key] !== undefined)?.values[key]
}

/** Where the setting in force is written, or null for the built-in default. */
export function placeOf(layers: readonly Layer[], key: keyof RawSettings): Path | null {
  const layer = layers.find(({ values }) => values[key] !== undefined)
  return layer === undefined ? null : [...layer.base, key]
}

const HOUR = 3600
const byDefault = SETTING_DEFAULTS

export function policyOf(layers: readonly Layer[]): Policy {
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
