import { checkPolicy } from './check-policy.ts'
import { type RawSettings, SETTING_DEFAULTS } from './datasets.ts'
import type { ConfigDocument, Path } from './document.ts'
import type { DatasetConfig, PairConfig } from './effective.ts'
import { datasetIds } from './ids.ts'
import type { PairPart, Parts } from './parts.ts'
import type { Report } from './report.ts'
import { type Layer, placeOf, policyOf, settingOf } from './settings.ts'
import { didYouMean } from './suggest.ts'

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
