import { createHash } from 'node:crypto'
import { buildDatasets, type Layer, withOnlineHours } from './build-datasets.ts'
import { buildHosts } from './build-hosts.ts'
import { buildNotifications } from './build-notifications.ts'
import { buildSections } from './build-sections.ts'
import { checkMappings } from './check-mappings.ts'
import { type ConfigDocument, MOST_TOLD, type Path, type PlacedFault, readDocument } from './document.ts'
import type { Config, ConfigFault } from './effective.ts'
import { hideValues, type ReadFile, readSecretFiles } from './hidden-values.ts'
import { faultsOfIssues, valueAt } from './issues.ts'
import { collect, soundParts } from './parts.ts'
import { ConfigSchema } from './schema.ts'

interface LoadInput {
  readonly text: string
  /** Shown in faults; relative paths in the file are beside it. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** For `*_file` secrets; throws an Error that says why a file cannot be read. */
  readonly readFile: ReadFile
  /** Epoch milliseconds. */
  readonly now: number
  /** The machine's own time zone, used where neither the file nor TZ names one. */
  readonly systemZone?: string
}

/** What `config show` needs besides the result: where each value came from. Holds secrets; never serialise it. */
export interface Trace {
  readonly document: ConfigDocument
  /** The file's values after expansion and `*_file`. */
  readonly value: unknown
  /** By dataset id: the blocks its settings come from, nearest first. */
  readonly layers: ReadonlyMap<string, readonly Layer[]>
}

export type Loaded =
  | { readonly config: Config; readonly trace: Trace; readonly faults?: undefined }
  | { readonly faults: readonly ConfigFault[]; readonly config?: undefined }

/** Judges the whole file at once. Pure: the same input gives the same answer, and no text makes it throw. */
export function loadConfig(input: LoadInput): Loaded {
  const { text, file } = input
  const document = readDocument(text, input.env)
  if (document.value === undefined) return { faults: inFile(file, document.faults) }
  if (document.value === null) return { faults: inFile(file, [{ line: 1, column: 1, path: '', message: EMPTY }]) }
  const secrets = readSecretFiles(document.value, document, input.readFile)
  const { value, issues } = judge(secrets.value, document)
  const parts = soundParts(value)
  const report = collect(document)
  const hosts = buildHosts(parts, file, report)
  const sections = buildSections(parts, input, report)
  const { timezone } = sections.scheduler
  const built = withOnlineHours(buildDatasets(parts, document, file, report), hosts, timezone, report)
  checkMappings(built, hosts, report)
  const notifications = buildNotifications(parts, built.pairs, file, report)
  if (built.datasets.length === 0) report.warn(['pairs'], 'No dataset is configured; nothing is watched.')

  const first = [...document.faults, ...secrets.faults]
  const told = new Set(first.map(({ path }) => path))
  const faults = [
    ...first,
    ...[...faultsOfIssues(issues, value, document), ...report.faults].filter(({ path }) => !told.has(path)),
  ]
  const tellable = (found: readonly PlacedFault[]) =>
    hideValues(found, document, { env: input.env, files: secrets.files })
  if (faults.length > 0) return { faults: inFile(file, tellable(faults)) }
  return {
    config: {
      hosts,
      pairs: built.pairs,
      datasets: built.datasets,
      ...sections,
      notifications,
      warnings: inFile(file, tellable(report.warnings)),
      source: { file, sha256: createHash('sha256').update(text).digest('hex'), loadedAt: input.now },
    },
    trace: {
      document,
      value,
      layers: new Map(built.datasets.map(({ id }, index) => [id, built.places[index]?.layers ?? []])),
    },
  }
}

const EMPTY = 'The file is empty; write san_hosts and pairs, the sample in config/app-config.yaml shows how.'

/** The schema's answer. A number or a truth value that came from a variable is text; where the schema wants it, it is read as such. */
function judge(value: unknown, document: ConfigDocument) {
  const first = ConfigSchema.safeParse(value)
  if (first.success) return { value, issues: [] }
  let changed = false
  for (const issue of first.error.issues) {
    const path = issue.path.filter((step) => typeof step !== 'symbol')
    const found = valueAt(value, path)
    if (typeof found !== 'string' || document.variablesAt(path).length === 0) continue
    const plain = found.trim()
    if (/^-?\d+(\.\d+)?$/.test(plain)) changed = replace(value, path, Number(plain)) || changed
    else if (plain === 'true' || plain === 'false') changed = replace(value, path, plain === 'true') || changed
  }
  const second = changed ? ConfigSchema.safeParse(value) : first
  return { value, issues: second.success ? [] : second.error.issues }
}

/** In place: the value is this load's own copy. */
function replace(value: unknown, path: Path, by: unknown): boolean {
  const holder = valueAt(value, path.slice(0, -1))
  const key = path.at(-1)
  if (typeof holder !== 'object' || holder === null || key === undefined) return false
  Object.assign(holder, { [key]: by })
  return true
}

function inFile(file: string, faults: readonly PlacedFault[]): ConfigFault[] {
  const seen = new Set<string>()
  const told = faults
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, message }) => ({ file, line, column, path, message }))
    .filter((fault) => {
      const key = JSON.stringify(fault)
      return !seen.has(key) && seen.add(key)
    })
  const next = told[MOST_TOLD]
  if (next === undefined) return told
  return [
    ...told.slice(0, MOST_TOLD),
    { ...next, message: `${told.length - MOST_TOLD} more are found from here on; correct those above first.` },
  ]
}
