import { bytesOverForSetAside, OWN_SUFFIX_LENGTH, parentOf, parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { BuiltDatasets } from './build-datasets.ts'
import type { DatasetConfig, HostConfig } from './effective.ts'
import type { Report } from './parts.ts'

/** Room for `@` and an ordinary snapshot name (autosnap_2026-11-22_00:00:00_frequently). */
const SNAPSHOT_ROOM = 44

interface Placed {
  readonly dataset: DatasetConfig
  readonly index: number
}

/** What cannot be right between mappings: two onto one backup, a backup that is its own primary, no room for our suffix. */
export function checkMappings(built: BuiltDatasets, hosts: ReadonlyMap<string, HostConfig>, report: Report): void {
  const place = (index: number, key: string): (string | number)[] => [...(built.places[index]?.path ?? []), key]
  const machine = (id: string): string => machineOf(hosts.get(id)) ?? id
  const key = ({ host, dataset }: { readonly host: string; readonly dataset: string }): string =>
    `${machine(host)} ${dataset}`
  const line = (dataset: DatasetConfig): string => `line ${dataset.at.line} (${dataset.primary.dataset})`
  const backups = new Map<string, Placed>()
  const primaries = new Map<string, Placed[]>()

  for (const [index, dataset] of built.datasets.entries()) {
    const { primary, backup } = dataset
    const target = key(backup)
    const earlier = backups.get(target)
    if (earlier !== undefined)
      report.fault(
        place(index, 'backup_dataset'),
        `${backup.host}:${backup.dataset} is already the backup of ${line(earlier.dataset)}; give every dataset a backup of its own.`,
      )
    else backups.set(target, { dataset, index })
    primaries.set(key(primary), [...(primaries.get(key(primary)) ?? []), { dataset, index }])
    if (key(primary) === target)
      report.fault(
        place(index, 'backup_dataset'),
        `${backup.dataset} would be the backup of itself; write another dataset or another host.`,
      )
    checkName(dataset, place(index, 'backup_dataset'), report)
  }
  for (const [index, dataset] of built.datasets.entries()) {
    for (const other of primaries.get(key(dataset.backup)) ?? [])
      if (other.index < index && key(other.dataset.backup) === key(dataset.primary))
        report.fault(
          place(index, 'backup_dataset'),
          `This is the way back of ${line(other.dataset)}: each would be the other's backup. Keep one direction.`,
        )
    leftOut(built.datasets, dataset, place(index, 'name'), line, report)
    for (let above = parentOf(dataset.backup.dataset); above !== null; above = parentOf(above)) {
      const within = { host: dataset.backup.host, dataset: above }
      const rest = dataset.backup.dataset.slice(above.length + 1)
      const outer = backups.get(key(within))
      if (outer?.dataset.recursive && !excluded(rest, outer.dataset.exclude))
        report.fault(
          place(index, 'backup_dataset'),
          `${dataset.backup.dataset} lies in the recursive tree of ${line(outer.dataset)}; move it elsewhere, or add exclude: [${JSON.stringify(rest)}] there.`,
        )
      for (const source of primaries.get(key(within)) ?? [])
        if (source.dataset.recursive && source.index === index && !excluded(rest, source.dataset.exclude))
          report.fault(
            place(index, 'backup_dataset'),
            `${dataset.backup.dataset} lies inside its own recursive primary; write a backup outside of ${above}.`,
          )
    }
  }
}

/** A mapping inside of another one's recursive tree is no child of it: what is written for it by itself holds. */
function leftOut(
  all: readonly DatasetConfig[],
  dataset: DatasetConfig,
  path: (string | number)[],
  line: (dataset: DatasetConfig) => string,
  report: Report,
): void {
  const { primary } = dataset
  const within = (outer: DatasetConfig) =>
    outer.recursive && outer.primary.host === primary.host && primary.dataset.startsWith(`${outer.primary.dataset}/`)
  const outer = all.filter(within).toSorted((a, b) => b.primary.dataset.length - a.primary.dataset.length)[0]
  if (outer === undefined) return
  const rest = primary.dataset.slice(outer.primary.dataset.length + 1)
  if (excluded(rest, outer.exclude)) return
  const below = dataset.recursive
    ? ''
    : ` What lies below it still belongs to that tree; write recursive: true here, or add exclude: [${JSON.stringify(rest)}] there.`
  report.warn(
    path,
    `${primary.dataset} is a mapping of its own, so it is left out of the recursive tree of ${line(outer)}.${below}`,
  )
}

function checkName({ backup, recursive }: DatasetConfig, path: (string | number)[], report: Report): void {
  const { dataset } = backup
  if (parentOf(dataset) === null)
    report.warn(
      path,
      `${dataset} is a pool's root: it cannot be set aside, so a diverged backup there needs a person. Write a dataset below it, for example ${dataset}/backup.`,
    )
  if (parseOwnDatasetName(dataset) !== null)
    report.fault(path, `${dataset} is a name that a repair gives to what it sets aside; write the backup itself.`)
  // A snapshot needs at least `@` and one character more.
  const over = bytesOverForSetAside(dataset, 2)
  if (over > 0)
    report.fault(
      path,
      `The name has ${dataset.length} characters, ${over} too many for the suffix of a set-aside (${OWN_SUFFIX_LENGTH}) within the 255 of ZFS; write a shorter one.`,
    )
  else if (bytesOverForSetAside(dataset, SNAPSHOT_ROOM) > 0)
    report.warn(
      path,
      `The name has ${dataset.length} characters; a set-aside leaves snapshot names${recursive ? ' and children' : ''} only ${bytesLeft(dataset)} of the 255 of ZFS. A shorter one is safer.`,
    )
}

function bytesLeft(dataset: string): number {
  return 255 - OWN_SUFFIX_LENGTH - dataset.length - 1
}

/** Two ids may lead to one machine; it is the address and the way to it that count. */
function machineOf(host: HostConfig | undefined): string | null {
  return host === undefined ? null : JSON.stringify([host.hostname.toLowerCase(), host.port, host.proxyJump])
}

/** Excluded itself, or below something that is; `*` matches anything, slashes too. */
function excluded(rest: string, patterns: readonly string[]): boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.replaceAll(/[.*+?^${}()|[\]\\-]/g, escapeOne)}$`),
  )
  for (let at: string | null = rest; at !== null; at = parentOf(at)) {
    const name = at
    if (expressions.some((expression) => expression.test(name))) return true
  }
  return false
}

function escapeOne(character: string): string {
  if (character === '*') return '.*'
  return character === '?' ? '.' : `\\${character}`
}
