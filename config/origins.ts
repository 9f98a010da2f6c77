import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import { type Described, describeConfig, type Plain } from './describe.ts'
import { type ConfigDocument, lexed, type Path, parseYaml } from './document.ts'
import type { Config } from './effective.ts'
import { valueAt } from './issues.ts'
import { schemaAt } from './json-schema.ts'
import type { Trace } from './load.ts'

export interface Shown {
  readonly path: string
  /** In the units of the file; secrets are `***`; null: not set. */
  readonly value: Plain
  /** `line 12`, `pair defaults, line 8`, `defaults, line 3`, `ssh, line 20`, `env NAME, line 4`, or `built-in default`. */
  readonly origin: string
}

const MASK = '***'

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

/**
 * The file as it stands, to be shown: secrets and whatever the schema does not know are masked, and so is what follows a
 * `#`, where a password may have been put away. Null where the text is no YAML: nothing can be said of that.
 */
export function redactText(text: string): string | null {
  const { document } = parseYaml(text)
  if (document === null || !isNodeLike(document.contents)) return null
  const hidden: [number, number][] = []
  collect(document.contents, [], { text, hidden })
  for (const [start, end] of commentRanges(text)) {
    const blanks = text.slice(start, end).search(/\S/)
    if (blanks >= 0) hidden.push([start + blanks, end])
  }
  const shown: string[] = []
  let from = 0
  for (const [start, end] of hidden.sort((a, b) => a[0] - b[0])) {
    // A comment within what is hidden already, or one that reaches beyond it.
    if (start >= from) shown.push(text.slice(from, start), MASK)
    from = Math.max(from, end)
  }
  return shown.join('') + text.slice(from)
}

function isNodeLike(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value)
}

interface Hiding {
  readonly text: string
  /** From and to, exclusive. */
  readonly hidden: [number, number][]
}

function collect(node: unknown, path: Path, hiding: Hiding): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isNode(key) && !isScalar(key) && key.range) hiding.hidden.push([key.range[0], key.range[1]])
      collect(value, [...path, isScalar(key) ? String(key.value) : String(key)], hiding)
    }
  } else if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) collect(item, [...path, at], hiding)
  } else if (isScalar(node) && node.range && node.value !== null) {
    const [start, end] = node.range
    const schema = schemaAt(path)
    const written = hiding.text.slice(start, end)
    if (schema === null || schema.secret === true || isWrittenOtherwise(written, node.value))
      hiding.hidden.push([start, end])
    else hiding.hidden.push(...secretParts(written).map(shiftedBy(start)))
  }
}

/** A block, or a value with escapes: where its parts stand cannot be told, so it is hidden whole if it has any. */
function isWrittenOtherwise(written: string, value: unknown): boolean {
  return typeof value === 'string' && !written.includes(value) && secretParts(value).length > 0
}

/**
 * What may be a secret in a value that is none: user and password of an address (`https://user:password@host`,
 * `user:password@host`), and what follows its `?` or `#`. Such a value is refused, and stands here until it is corrected.
 */
function secretParts(value: string): readonly [number, number][] {
  const login = /:(?:\/\/)?(?=[^@]*@)/.exec(value)
  const after = login === null ? 0 : value.lastIndexOf('@')
  const query = value.includes('://') ? value.slice(after).search(/[?#]/) : -1
  const parts: [number, number][] = []
  if (login !== null) parts.push([login.index + login[0].length, after])
  if (query >= 0) parts.push([after + query + 1, value.length])
  return parts.filter(([from, to]) => to > from)
}

function shiftedBy(offset: number) {
  return ([from, to]: readonly [number, number]): [number, number] => [from + offset, to + offset]
}

/** Where the text of a comment stands, without its `#`, wherever on a line it begins. A `#` in a value is none. */
export function commentRanges(text: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const { token, offset, isScalar } of lexed(text))
    if (!isScalar && token.startsWith('#')) ranges.push([offset + 1, offset + token.length])
  return ranges
}
