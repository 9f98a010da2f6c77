import type { Config, DatasetConfig, HostConfig, PairConfig } from '#config/effective.ts'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import { parentOf, poolOf } from '#lib/zfs/names.ts'
import { sudoWouldRun } from '#lib/zfs/read-commands.ts'
import { neededOnBackup, neededOnPrimary } from '#lib/zfs/rights.ts'
import { send } from '#lib/zfs/send-commands.ts'
import { guardOf, receive } from '#lib/zfs/write-commands.ts'
import type { HostQuestions } from './ask-host.ts'
import type { Place } from './rights.ts'

/** A dataset under watch, as far as the doctor needs it. */
export interface Watched {
  readonly id: string
  readonly mapping: Mapping
  readonly config: DatasetConfig
  /** Id of the recursive root that it was found below, or null. */
  readonly parentId: string | null
}

/** What is examined: everything, or what one host takes part in. */
export interface Survey {
  readonly hosts: readonly HostConfig[]
  readonly pairs: readonly PairConfig[]
  readonly watched: readonly Watched[]
}

export function survey(config: Config, watched: readonly Watched[], only: string | undefined): Survey {
  const concerns = (...hosts: readonly string[]): boolean => only === undefined || hosts.includes(only)
  const pairs = config.pairs.filter(({ primary, backup }) => concerns(primary, backup))
  return {
    hosts: [...config.hosts.values()].filter(({ id }) => concerns(id)),
    pairs: pairs.filter(
      (pair, at) => pairs.findIndex((other) => other.primary === pair.primary && other.backup === pair.backup) === at,
    ),
    watched: watched.filter(({ mapping }) => concerns(mapping.primary.host, mapping.backup.host)),
  }
}

/** Everything that there is to ask of a host in one go. */
export function questionsFor(host: HostConfig, watched: readonly Watched[]): HostQuestions {
  const here = (place: { readonly host: string; readonly dataset: string }): string[] =>
    place.host === host.id ? [place.dataset] : []
  const primaries = watched.flatMap(({ mapping }) => here(mapping.primary))
  const backups = watched.flatMap(({ mapping }) => here(mapping.backup))
  const parents = backups.flatMap((name) => parentOf(name) ?? [])
  return {
    host,
    datasets: unique([...primaries, ...backups, ...parents]),
    backups: unique(backups),
    pools: unique([...primaries, ...backups].map(poolOf)),
    // The children of a recursive mapping are served by the rights on its root.
    places: unique(
      roots(watched).flatMap(({ mapping }) => [
        ...here(mapping.primary),
        ...here(mapping.backup).map((name) => parentOf(name) ?? name),
      ]),
    ),
    sudo: sudoQuestions(host, primaries[0], backups[0]),
  }
}

/** One of each kind stands for all: sudo knows commands, and seldom datasets. */
function sudoQuestions(host: HostConfig, primary: string | undefined, backup: string | undefined) {
  const options = { raw: false, largeBlocks: true, compressed: true, embedded: false }
  const from = { kind: 'nothing' } as const
  const guard = guardOf('filesystem', 'all', new Map())
  const commands = [
    ...(primary === undefined ? [] : [send(host.zfsCommand, { to: `${primary}@any`, from, options })]),
    ...(backup === undefined ? [] : [receive(host.zfsCommand, { dataset: backup, readonlyOn: false, guard })]),
  ]
  return commands.flatMap((command) => {
    const question = sudoWouldRun(command)
    return question === null ? [] : [question]
  })
}

/** The rights that a host's login needs, by the place where they should be delegated. */
export function placesOf(
  host: HostConfig,
  watched: readonly Watched[],
  known: { readonly appendOnly: boolean; readonly own: ReadonlyMap<string, readonly string[]> },
): readonly Place[] {
  const parts = roots(watched).flatMap(({ id, mapping, config }): Place[] => {
    const { recursive, policy } = config
    const found: Place[] = []
    if (mapping.primary.host === host.id) {
      const { dataset } = mapping.primary
      const needed = neededOnPrimary(dataset, { anchors: policy.anchor === 'bookmark', recursive })
      found.push({ dataset, side: 'primary', needed, serves: [id] })
    }
    if (mapping.backup.host === host.id) {
      const { dataset } = mapping.backup
      const below = watched.filter((each) => each.config === config).map((each) => each.mapping.backup.dataset)
      const properties = below.flatMap((name) => known.own.get(name) ?? [])
      const needed = neededOnBackup(dataset, { appendOnly: known.appendOnly, properties, recursive })
      found.push({ dataset: parentOf(dataset) ?? dataset, side: 'backup', needed, serves: [id] })
    }
    return found
  })
  return [...Map.groupBy(parts, ({ side, dataset }) => `${side} ${dataset}`).values()].map((same) => ({
    ...(same[0] as Place),
    needed: same.flatMap(({ needed }) => needed),
    serves: same.flatMap(({ serves }) => serves),
  }))
}

const roots = (watched: readonly Watched[]): readonly Watched[] => watched.filter(({ parentId }) => parentId === null)
const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)]
