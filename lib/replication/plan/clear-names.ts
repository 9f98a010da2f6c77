import { bytesOverForSetAside, clearedName, NAME_LIMIT } from '#lib/zfs/names.ts'
import type { ZfsCommand } from '#lib/zfs/operand.ts'
import { renameSnapshot } from '#lib/zfs/write-commands.ts'
import { byCreatetxg, byGuid, compare, filterOf, toRef } from '../compare.ts'
import type { Comparison, Mapping, PresentSide } from '../types/inventory.ts'
import type { CommandsDraft, PlanInput } from './draft.ts'

/** A snapshot of the backup whose name one of the primary is to have, and the name that it gets instead. */
export interface ClearedName {
  readonly name: string
  readonly guid: string
  readonly to: string
}

/** So many renames in one line: far below what one can hold, whatever the length of the names. */
const PER_STEP = 50

/**
 * New names for the snapshots of the backup that have the name of one to be sent. A rename destroys nothing and copies
 * nothing: guid, data, holds and clones stay (measured on OpenZFS 2.3.9, also held, cloned, browsed, and beside a stored
 * partial receive). `upTo`: only those not newer than this snapshot of the backup. Null: there is none, or one cannot have
 * a name that is free and leaves room for a set-aside.
 */
export function clearNames(
  mapping: Mapping,
  backup: PresentSide,
  { clashes, behind }: Pick<Comparison, 'clashes' | 'behind'>,
  upTo: string | null = null,
): readonly ClearedName[] | null {
  const { dataset } = mapping.backup
  const there = new Map(backup.snapshots.map((each) => [each.guid, each]))
  const last = upTo === null ? null : (there.get(upTo)?.createtxg ?? null)
  const taken = new Set([...backup.snapshots, ...behind].map(({ name }) => name))
  const cleared: ClearedName[] = []
  for (const { name, backupGuid: guid } of clashes) {
    const entry = there.get(guid)
    if (entry === undefined) return null
    if (last !== null && entry.createtxg > last) continue
    const to = [clearedName(name, guid), clearedName(name, guid, true)].find((each) => {
      return !taken.has(each) && fits(dataset, each, name)
    })
    if (to === undefined) return null
    taken.add(to)
    cleared.push({ name, guid, to })
  }
  return cleared.length === 0 ? null : cleared
}

/** A longer name must not be what forbids a set-aside later on. */
function fits(dataset: string, to: string, from: string): boolean {
  if (dataset.length + 1 + to.length > NAME_LIMIT) return false
  return to.length <= from.length || bytesOverForSetAside(dataset, to.length + 1) === 0
}

export function renameSteps(
  { mapping, options }: Pick<PlanInput, 'mapping' | 'options'>,
  cleared: readonly ClearedName[],
): readonly CommandsDraft[] {
  const { host } = mapping.backup
  const groups = Array.from({ length: Math.ceil(cleared.length / PER_STEP) }, (_, index) =>
    cleared.slice(index * PER_STEP, (index + 1) * PER_STEP),
  )
  return groups.map((group) => renameStep(mapping, options.zfsCommands.backup, host, group))
}

function renameStep(mapping: Mapping, zfs: ZfsCommand, host: string, group: readonly ClearedName[]): CommandsDraft {
  const full = (name: string) => `${mapping.backup.dataset}@${name}`
  const [what, their] =
    group.length === 1 ? [`@${group[0]?.name}`, 'its name'] : [`${group.length} snapshots`, 'their names']
  return {
    kind: 'commands',
    role: 'rename',
    title: `Give ${what} on ${host} another name: what is sent comes with ${their}`,
    host,
    commands: group.map(({ name, to }) => ({ host, argv: renameSnapshot(zfs, full(name), to) })),
    expects: group.flatMap(({ name, guid, to }) => [
      { name: full(name), guid },
      { name: full(to), guid: null },
    ]),
    optional: false,
    estimateBytes: null,
    ifInterrupted: 'harmless',
  }
}

/** What a person should know of it, at most ten by name. */
export function renameNotes(
  { mapping }: Pick<PlanInput, 'mapping'>,
  cleared: readonly ClearedName[],
): readonly string[] {
  const { host } = mapping.backup
  const named = cleared.slice(0, NAMED).map(({ name, guid, to }) => `@${name} (guid ${guid}) to @${to}`)
  const more = cleared.length > NAMED ? `, and ${cleared.length - NAMED} more` : ''
  const it = cleared.length === 1 ? 'It keeps its' : 'They keep their'
  return [
    `Renamed on ${host}: ${named.join(', ')}${more}. ${it} data, guid and holds; a tool that prunes by name no longer removes ${cleared.length === 1 ? 'it' : 'them'}.`,
  ]
}

const NAMED = 10

/**
 * From where a rewound backup can catch up. Mostly that is the base itself; but a snapshot up to the base whose name
 * the primary uses for another one by now (names that go round) would stay in the way, so the base is then the newest
 * common snapshot from before all of these. `base` null: there is none, and only a new seed can help.
 */
export function clashFree(
  { inventory, policy }: Pick<PlanInput, 'inventory' | 'policy'>,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
): Comparison {
  const there = byGuid(backup.snapshots)
  const txgOf = (guid: string | undefined) => there.get(guid ?? '')?.createtxg ?? 0n
  const now = inventory.readAt / 1000 + (inventory.primarySkewSeconds ?? 0)
  let seen = comparison
  for (;;) {
    const base = txgOf(seen.base?.guid)
    const inTheWay = seen.clashes.map(({ backupGuid }) => txgOf(backupGuid)).filter((txg) => txg <= base)
    if (seen.base === null || inTheWay.length === 0) break
    const kept = backup.snapshots.filter(({ createtxg }) => inTheWay.every((txg) => createtxg < txg))
    seen = compare(primary, { ...backup, snapshots: kept }, filterOf(policy), now)
  }
  if (seen === comparison) return comparison
  const after = byCreatetxg(backup.snapshots).filter(({ createtxg }) => createtxg > txgOf(seen.base?.guid))
  const { backupWritten, clashes } = comparison
  return { ...seen, backupAhead: after.map(toRef), backupWritten, clashes }
}
