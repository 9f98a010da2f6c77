import type { Config } from '#config/effective.ts'
import type { DatasetStateRecord, RunRecord } from '#lib/db/types.ts'
import { rememberTree } from '#lib/replication/judge/tree.ts'
import { emptyMemory } from '#lib/replication/memory.ts'
import type { PlanInput } from '#lib/replication/plan/draft.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Availability, JudgeInput, LineMemory, Memory, Tree } from '#lib/replication/types/verdict.ts'
import { availability } from '#lib/replication/windows.ts'
import { type PastRate, pastRate } from './estimate.ts'
import type { Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt, type EngineDeps } from './ports.ts'
import type { Underway } from './underway.ts'

/** What is known of a dataset whatever fails in judging it. */
export interface Standing {
  /** Epoch ms. */
  readonly now: number
  readonly timezone: string
  /** The longest interval of the schedule. */
  readonly longestIntervalSeconds: number
  readonly zfsCommands: PlanInput['options']['zfsCommands']
  readonly state: DatasetStateRecord | null
}

/** What a dataset is judged and planned for by, besides what was read of it: what is remembered, what runs, what time it is. */
export interface Circumstances extends Standing {
  readonly memory: Memory
  /** How it was sent so far. */
  readonly line: LineMemory | undefined
  /** Its last repairs, the newest first. */
  readonly runs: readonly RunRecord[]
  /** Its repair that has begun. */
  readonly repair: RunRecord | null
  readonly intervalSeconds: number
  readonly witness: string | undefined
  readonly primaryAvailability: Availability
  readonly backupAvailability: Availability
  /** Either of its hosts is switched off at times, as planned. */
  readonly seldomOnline: boolean
  /** The witness reaches no host at all. */
  readonly isolated: boolean
  readonly backupIsPrimaryElsewhere: boolean
  /** Of a root: its children. */
  readonly tree: Tree | null
  /** How many of its tree stand below it; asked of one without snapshots alone. */
  readonly below: number | undefined
  /** Why nothing in its tree may be set aside by itself; null: nothing is against it. */
  readonly treeHeld: string | null
  readonly acknowledgedAt: number | null
  readonly previous: Inventory | null
  readonly paused: boolean
  readonly pausedUntil: number | null
  readonly rate: PastRate
}

type Clock = Pick<EngineDeps, 'config' | 'cadence' | 'now'>

export function standingOf(knowledge: Knowledge, { config, now }: Clock, { id, mapping }: Monitored): Standing {
  const { hosts, scheduler } = config()
  const command = (host: string) => hosts.get(host)?.zfsCommand ?? ['zfs']
  return {
    now: now(),
    timezone: scheduler.timezone,
    longestIntervalSeconds: scheduler.intervalSeconds,
    zfsCommands: { primary: command(mapping.primary.host), backup: command(mapping.backup.host) },
    state: knowledge.states.state(id),
  }
}

export function circumstancesOf(
  known: { readonly knowledge: Knowledge; readonly underway: Underway; readonly trees: TreesHeld },
  deps: Clock & { readonly store: Pick<EngineDeps['store'], 'witnessId'> },
  dataset: Monitored,
  inventory: Inventory,
): Circumstances {
  const { knowledge, underway, trees } = known
  const { states, repairs } = knowledge
  const { mapping } = dataset
  const standing = standingOf(knowledge, deps, dataset)
  const { now, timezone } = standing
  const { intervalSeconds } = cadenceAt(deps, now)
  const memory = standing.state?.memory ?? emptyMemory()
  const primaryOnline = onlineOf(deps.config(), mapping.primary.host)
  const backupOnline = onlineOf(deps.config(), mapping.backup.host)
  const root = rootOf(knowledge, dataset)
  return {
    ...standing,
    memory,
    line: knowledge.lines.of(inventory),
    runs: repairs.of(dataset.id),
    repair: underway.begunRepairOf(dataset.id),
    intervalSeconds,
    witness: deps.store.witnessId,
    primaryAvailability: availability(primaryOnline, now, timezone, null),
    backupAvailability: availability(backupOnline, now, timezone, memory.backupSeenAt),
    seldomOnline: primaryOnline.kind !== 'always' || backupOnline.kind !== 'always',
    isolated: knowledge.isIsolated(),
    backupIsPrimaryElsewhere: knowledge.isPrimary(mapping.backup.host, mapping.backup.dataset),
    tree: root?.id === dataset.id ? treeOf(root, knowledge, now) : null,
    below: childrenBelow(knowledge, dataset, inventory),
    treeHeld: root === null ? null : trees.of(root, { knowledge, now, intervalSeconds }),
    acknowledgedAt: states.acknowledgedAt(dataset.id, now),
    previous: knowledge.newest(dataset.id)?.inventory ?? null,
    paused: states.isPaused(dataset, now),
    pausedUntil: states.pausedUntil(dataset, now),
    rate: once(() => pastRate(repairs.of(dataset.id)) ?? pastRate(neighbours(knowledge, dataset))),
  }
}

function onlineOf({ hosts }: Config, host: string) {
  return hosts.get(host)?.online ?? ({ kind: 'always' } as const)
}

/** The last repairs of all that goes between the same hosts. */
function neighbours(knowledge: Knowledge, { mapping }: Monitored): readonly RunRecord[] {
  return knowledge
    .datasets()
    .filter(
      (each) => each.mapping.primary.host === mapping.primary.host && each.mapping.backup.host === mapping.backup.host,
    )
    .flatMap(({ id }) => knowledge.repairs.of(id))
}

/** Asked for by one dataset in a hundred, and then more than once. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The recursive mapping that a dataset is of, perhaps itself; null: none. */
function rootOf(knowledge: Knowledge, dataset: Monitored): Monitored | null {
  const root = dataset.parentId === null ? dataset : knowledge.dataset(dataset.parentId)
  return root?.config.recursive === true ? root : null
}

/** The children of a recursive mapping as they are known. */
function treeOf(root: Monitored, knowledge: Knowledge, now: number): Tree {
  const children = knowledge.childrenOf(root.id)
  const from = root.mapping.primary.dataset.length + 1
  const retired = children.flatMap(({ retiredAt, mapping }) =>
    retiredAt == null ? [] : [{ name: mapping.primary.dataset.slice(from), at: retiredAt }],
  )
  return {
    living: children.length - retired.length,
    retired,
    acknowledgedAt: knowledge.states.acknowledgedAt(root.id, now),
  }
}

/** How many of its tree stand below it; asked only of one without snapshots. */
function childrenBelow(
  knowledge: Knowledge,
  { id, parentId, mapping, config }: Monitored,
  { primary }: Inventory,
): number | undefined {
  if (!config.recursive || primary.state !== 'present' || primary.snapshots.length > 0) return undefined
  const above = `${mapping.primary.dataset}/`
  const living = knowledge.childrenOf(parentId ?? id).filter(({ retired }) => !retired)
  return living.filter((child) => child.mapping.primary.dataset.startsWith(above)).length
}

interface Held {
  readonly children: readonly Monitored[]
  readonly remembered: Memory['tree']
  readonly acknowledged: number | null
  readonly because: string | null
}

/** Why nothing in a tree may be set aside by itself; found once for all of its children. */
export class TreesHeld {
  readonly #held = new Map<string, Held>()

  /** In a sentence; null: nothing is against it. */
  of(
    root: Monitored,
    { knowledge, now, intervalSeconds }: { knowledge: Knowledge; now: number; intervalSeconds: number },
  ): string | null {
    const children = knowledge.childrenOf(root.id)
    const memory = knowledge.memoryOf(root.id) ?? emptyMemory()
    const acknowledged = knowledge.states.acknowledgedAt(root.id, now)
    const known = this.#held.get(root.id)
    const same = known?.children === children && known.remembered === memory.tree && known.acknowledged === acknowledged
    if (same) return known.because
    const tree = treeOf(root, knowledge, now)
    const because = heldBecause(root, tree, { memory, now, intervalSeconds })
    this.#held.set(root.id, { children, remembered: memory.tree, acknowledged, because })
    return because
  }

  retain(isMonitored: (id: string) => boolean): void {
    for (const id of this.#held.keys()) if (!isMonitored(id)) this.#held.delete(id)
  }
}

function heldBecause(
  root: Monitored,
  tree: Tree,
  asked: Pick<JudgeInput, 'memory' | 'now' | 'intervalSeconds'>,
): string | null {
  const { gone } = rememberTree(asked, tree)
  if (gone === null) return null
  const count = tree.retired.filter(({ at }) => at >= gone.since).length
  const { host, dataset } = root.mapping.primary
  return `${count} of the ${gone.of} children of ${dataset} went at once on ${host}: until somebody acknowledges that, nothing in this tree is set aside by itself.`
}
