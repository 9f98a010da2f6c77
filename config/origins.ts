import { type Described, describeConfig, type Plain } from './describe.ts'
import type { ConfigDocument, Path } from './document.ts'
import type { Config } from './effective.ts'
import { valueAt } from './issues.ts'
import { schemaAt } from './json-schema.ts'
import type { Trace } from './load.ts'
import { MASK } from './redact.ts'

export interface Shown {
  readonly path: string
  /** In the units of the file; secrets are `***`; null: not set. */
  readonly value: Plain
  /** `line 12`, `pair defaults, line 8`, `defaults, line 3`, `ssh, line 20`, `env NAME, line 4`, or `built-in default`. */
  readonly origin: string
}

interface Candidate {
  readonly path: Path
  readonly layer: string
}

/** Every value in force with where it came from, for `config show`. Plain data, safe to print. */
export function showConfig(config: Config, trace: Trace): readonly Shown[] {
  return describeConfig(config).map((entry) => shown(entry, trace, config))
}

function shown({ path, value }: Described, trace: Trace, config: Config): Shown {
  const found = candidates(path, trace).find((candidate) => valueAt(trace.value, candidate.path) !== undefined)
  const hidden = found !== undefined && isSecret(found.path)
  return {
    path: path.join('.'),
    value: hidden ? MASK : value,
    origin: found === undefined ? withoutLine(path, config) : originOf(found, trace.document),
  }
}

/** The places in the file that can set a value, nearest first. */
function candidates(path: readonly string[], trace: Trace): readonly Candidate[] {
  const [kind = '', id = '', ...key] = path
  if (kind === 'san_hosts') {
    const own = { path: ['san_hosts', id, ...key], layer: '' }
    return schemaAt(['ssh', ...key]) === null ? [own] : [own, { path: ['ssh', ...key], layer: 'ssh' }]
  }
  if (kind === 'notifications') return placesOfNotification(path, trace)
  if (kind !== 'datasets') {
    const own = { path, layer: '' }
    // An interval may be made from a pattern, and a pattern from an interval.
    const twin = path[1] === 'cron' ? 'interval_minutes' : path[1] === 'interval_minutes' ? 'cron' : null
    return kind === 'scheduler' && twin !== null ? [own, { path: [kind, twin], layer: twin }] : [own]
  }
  const layers = trace.layers.get(id) ?? []
  if (key[0] === 'pair')
    return layers.slice(0, 1).map(({ base }) => ({ path: [...base.slice(0, 2), 'name'], layer: 'pair' }))
  return layers.map(({ base }) => ({
    path: [...base, ...key],
    layer: base[0] === 'defaults' ? 'defaults' : base.at(-1) === 'defaults' ? 'pair defaults' : '',
  }))
}

/** Channels are called by their names, and stand in the file by their numbers; the old `ping_url` comes after the list. */
function placesOfNotification(path: readonly string[], { value }: Trace): readonly Candidate[] {
  const [kind = '', list = '', id = '', ...key] = path
  const items = valueAt(value, [kind, list])
  if (list === 'channels' && Array.isArray(items)) {
    const at = items.findIndex(({ name, type }) => (name ?? type) === id)
    return [{ path: [kind, list, at, ...key], layer: '' }]
  }
  if (list !== 'deadman') return [{ path, layer: '' }]
  const own: Candidate = { path: [kind, list, Number(id), ...key], layer: '' }
  const isOld = Number(id) === (Array.isArray(items) ? items.length : 0) && key[0] === 'url'
  return isOld ? [{ path: [kind, 'ping_url'], layer: '' }] : [own]
}

function originOf({ path, layer }: Candidate, document: ConfigDocument): string {
  const line = `line ${document.keyAt(path).line}`
  const variables = document.variablesAt(path)
  if (variables.length > 0) return `env ${variables.join(', ')}, ${line}`
  return layer === '' ? `file ${line}` : `${layer}, ${line}`
}

function withoutLine(path: readonly string[], config: Config): string {
  if (path.join('.') !== 'scheduler.timezone') return 'built-in default'
  return config.scheduler.timezone === 'UTC' ? 'built-in default, TZ or system zone' : 'TZ or system zone'
}

function isSecret(path: Path): boolean {
  return schemaAt(path)?.secret === true
}
