import { isoSeconds } from '#lib/text/words.ts'
import type { ListedDataset, ListedSnapshot } from '#lib/zfs/answers.ts'
import { checkDatasetName, isWithin, parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { Configured, DiscoveredMapping, Discovery, HostListing, Unmatched } from './types.ts'

/**
 * Which dataset of the backup is a copy of which dataset of the primary: by common guids alone, whatever they are called.
 * Each backup dataset belongs to the one that it shares most with (several are copies of one only through clones).
 */
export function matchHosts(
  primary: HostListing,
  backup: HostListing,
  configured: readonly Configured[],
): Pick<Discovery, 'mappings' | 'withoutBackup' | 'withoutPrimary'> {
  const here = byDataset(primary.snapshots)
  const there = byDataset(backup.snapshots)
  const holders = new Map<string, string[]>()
  for (const { guid, dataset } of primary.snapshots) holders.set(guid, [...(holders.get(guid) ?? []), dataset])
  const types = new Map(primary.datasets.map(({ name, type }) => [name, type]))
  const own = ownNames(backup.datasets)
  const guids = new Map(primary.datasets.map(({ name, guid }) => [name, guid]))

  const mappings = backup.datasets.flatMap(({ name, type, guid }): DiscoveredMapping[] => {
    if (own.has(name)) return []
    // Where both sides see the same pool, a dataset is no backup of itself.
    const fits = (dataset: string): boolean => types.get(dataset) === type && guids.get(dataset) !== guid
    const known = configured.find(({ backup: to }) => to === name)?.primary ?? null
    const from = sharesMost(there.get(name) ?? [], holders, fits, known)
    return from === null ? [] : [mappingOf(from, name, type, here, there, configured)]
  })
  const taken = { primary: new Set(mappings.map((m) => m.primary)), backup: new Set(mappings.map((m) => m.backup)) }
  return {
    mappings: mappings.toSorted((a, b) => (a.primary < b.primary ? -1 : a.primary > b.primary ? 1 : 0)),
    withoutBackup: primary.datasets
      .filter(({ name }) => !taken.primary.has(name))
      .map((dataset) =>
        unmatched(dataset, here, ownNames(primary.datasets), find(configured, 'primary', dataset.name)),
      ),
    withoutPrimary: backup.datasets
      .filter(({ name }) => !taken.backup.has(name))
      .map((dataset) => unmatched(dataset, there, own, find(configured, 'backup', dataset.name))),
  }
}

function sharesMost(
  snapshots: readonly ListedSnapshot[],
  holders: ReadonlyMap<string, readonly string[]>,
  fits: (dataset: string) => boolean,
  known: string | null,
): string | null {
  const counts = new Map<string, number>()
  for (const { guid } of snapshots)
    for (const dataset of holders.get(guid) ?? []) counts.set(dataset, (counts.get(dataset) ?? 0) + 1)
  // Clones share a history: among equals the one that is configured.
  const best = [...counts]
    .filter(([dataset]) => fits(dataset))
    .toSorted((a, b) => b[1] - a[1] || Number(b[0] === known) - Number(a[0] === known))
  return best[0]?.[0] ?? null
}

function mappingOf(
  primary: string,
  backup: string,
  type: ListedDataset['type'],
  here: ReadonlyMap<string, readonly ListedSnapshot[]>,
  there: ReadonlyMap<string, readonly ListedSnapshot[]>,
  configured: readonly Configured[],
): DiscoveredMapping {
  const guids = new Set(there.get(backup)?.map(({ guid }) => guid))
  const snapshots = here.get(primary) ?? []
  const common = snapshots.filter(({ guid }) => guids.has(guid))
  const newest = common.at(-1)
  if (newest === undefined) throw new Error(`${primary} and ${backup} were matched without a common guid.`)
  return {
    primary,
    backup,
    type,
    commonCount: common.length,
    newestCommon: { name: newest.name, guid: newest.guid, creation: null },
    behind: snapshots.filter(({ createtxg }) => createtxg > newest.createtxg).length,
    configured: configured.find((known) => known.primary === primary && known.backup === backup)?.id ?? null,
  }
}

function unmatched(
  { name, type }: ListedDataset,
  snapshots: ReadonlyMap<string, readonly ListedSnapshot[]>,
  own: ReadonlyMap<string, string>,
  configured: string | null,
): Unmatched {
  const count = snapshots.get(name)?.length ?? 0
  const ours = own.get(name)
  const note = ours ?? (count > 0 ? null : name.includes('/') ? 'no snapshots' : 'the root of its pool, no snapshots')
  return { dataset: name, type, snapshots: count, configured, note }
}

/** Set-asides and half-made swaps of ours, everything below them included: they hold snapshots of a primary too. */
function ownNames(datasets: readonly ListedDataset[]): ReadonlyMap<string, string> {
  const roots = datasets.flatMap(({ name }) => {
    const own = parseOwnDatasetName(name)
    return own === null
      ? []
      : [{ name, note: `${own.role === 'aside' ? 'set aside from' : 'half-made for'} ${own.of}` }]
  })
  return new Map(
    datasets.flatMap(({ name }) => {
      const root = roots.find((each) => isWithin(name, each.name))
      return root === undefined ? [] : [[name, root.note] as const]
    }),
  )
}

/** In the order of their making. */
function byDataset(snapshots: readonly ListedSnapshot[]): ReadonlyMap<string, readonly ListedSnapshot[]> {
  const found = Map.groupBy(snapshots, ({ dataset }) => dataset)
  for (const own of found.values())
    own.sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
  return found
}

function find(configured: readonly Configured[], side: 'primary' | 'backup', dataset: string): string | null {
  return configured.find((known) => known[side] === dataset)?.id ?? null
}

/** A `pairs:` section with every mapping that was found. What is watched already stands there as a comment. */
export function discoveredYaml(found: Pick<Discovery, 'primary' | 'backup' | 'mappings'>): string {
  const { primary, backup, mappings } = found
  const fresh = mappings.filter((mapping) => mapping.configured === null && refused(mapping) === null)
  const lines = mappings.flatMap(linesOf)
  if (mappings.length === 0) return `# Nothing on ${backup} holds a snapshot of ${primary}.\n`
  const text = [
    'pairs:',
    `  - name: ${JSON.stringify(`${primary.toUpperCase()} → ${backup.toUpperCase()}`)}`,
    `    primary: ${primary}`,
    `    backup: ${backup}`,
    '    datasets:',
    ...lines.map((line) => `      ${line}`),
  ]
  // Nothing of it is to be pasted: a pair without datasets would be refused.
  return `${text.map((line) => (fresh.length > 0 ? line : `# ${line}`)).join('\n')}\n`
}

function linesOf(mapping: DiscoveredMapping): readonly string[] {
  const { newestCommon, commonCount, behind, configured } = mapping
  const taken = newestCommon.creation === null ? '' : ` of ${day(newestCommon.creation)}`
  const waits = behind === 0 ? 'nothing newer' : `${behind} newer on the primary`
  const about = `# newest common @${newestCommon.name}${taken}, ${commonCount} in common, ${waits}`
  const line = `- { name: ${word(mapping.primary)}, backup_dataset: ${word(mapping.backup)} }`
  const why = configured !== null ? `watched already as ${configured}` : refused(mapping)
  return why === null ? [about, line] : [`${about}; ${why}`, `# ${line}`]
}

/** Why a line of this would be refused by the configuration, or null. */
function refused({ primary, backup }: DiscoveredMapping): string | null {
  const fault = [primary, backup]
    .map((name) => checkDatasetName(name, { allowSpaces: false }))
    .find((each) => each !== null)
  return fault ?? null
}

/** Names hold nothing that YAML would take for anything else, except a colon or a blank. */
function word(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(name) ? name : JSON.stringify(name)
}

function day(seconds: number): string {
  return `${isoSeconds(seconds).slice(0, 16)}Z`
}
