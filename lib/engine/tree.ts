import { rememberTree, retiredReason } from '#lib/replication/judge/tree.ts'
import { emptyMemory } from '#lib/replication/memory.ts'
import { reason } from '#lib/replication/sentences/reasons.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Memory, Tree, Verdict } from '#lib/replication/types/verdict.ts'
import { wordsFor } from '#lib/replication/words.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt, type HostReading } from './ports.ts'

/** The children of a recursive mapping as they are known; null: it has none, being no root of a tree. */
export function treeOf(context: EngineContext, root: Monitored): Tree | null {
  if (root.parentId !== null || !root.config.recursive) return null
  const children = context.childrenOf(root.id)
  const from = root.mapping.primary.dataset.length + 1
  const retired = children.flatMap(({ retiredAt, mapping }) =>
    retiredAt == null ? [] : [{ name: mapping.primary.dataset.slice(from), at: retiredAt }],
  )
  return { living: children.length - retired.length, retired, acknowledgedAt: acknowledgedAt(context, root) }
}

/** How many of its tree stand below one without snapshots: of the others nobody asks. */
export function belowOf(
  context: EngineContext,
  { id, parentId, mapping, config }: Monitored,
  { primary }: Inventory,
): { readonly below?: number } {
  if (!config.recursive || primary.state !== 'present' || primary.snapshots.length > 0) return {}
  const above = `${mapping.primary.dataset}/`
  const living = context.childrenOf(parentId ?? id).filter(({ retired }) => !retired)
  return { below: living.filter((child) => child.mapping.primary.dataset.startsWith(above)).length }
}

export function acknowledgedAt({ states, deps }: EngineContext, { id }: Monitored): number | null {
  return states.controls(id, deps.now()).find(({ kind }) => kind === 'ack')?.at ?? null
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
  of(context: EngineContext, dataset: Monitored): string | null {
    const root = dataset.parentId === null ? dataset : context.dataset(dataset.parentId)
    if (root === null || !root.config.recursive) return null
    const children = context.childrenOf(root.id)
    const memory = context.states.state(root.id)?.memory ?? emptyMemory()
    const acknowledged = acknowledgedAt(context, root)
    const known = this.#held.get(root.id)
    const same = known?.children === children && known.remembered === memory.tree && known.acknowledged === acknowledged
    if (same) return known.because
    const because = heldBecause(context, root, memory)
    this.#held.set(root.id, { children, remembered: memory.tree, acknowledged, because })
    return because
  }

  retain(isWatched: (id: string) => boolean): void {
    for (const id of this.#held.keys()) if (!isWatched(id)) this.#held.delete(id)
  }
}

function heldBecause(context: EngineContext, root: Monitored, memory: Memory): string | null {
  const tree = treeOf(context, root)
  if (tree === null) return null
  const { deps } = context
  const { intervalSeconds } = cadenceAt(deps, deps.now())
  const { gone } = rememberTree({ memory, now: deps.now(), intervalSeconds }, tree)
  if (gone === null) return null
  const count = tree.retired.filter(({ at }) => at >= gone.since).length
  const { host, dataset } = root.mapping.primary
  return `${count} of the ${gone.of} children of ${dataset} went at once on ${host}: until somebody acknowledges that, nothing in this tree is set aside by itself.`
}

/**
 * Of the children that are gone: is their backup still there? The backup root's own listing says so, where it ended
 * well; where it did not, nothing is learned. Only in turn.
 */
export async function noteBackups(context: EngineContext, root: Monitored, backup: HostReading): Promise<void> {
  const there = namesOnBackup(root, backup)
  if (there === null) return
  const changed = context
    .childrenOf(root.id)
    .filter(
      ({ retired, backupGone, mapping }) => retired && there.has(mapping.backup.dataset) === (backupGone === true),
    )
  if (changed.length === 0) return
  const { deps } = context
  await deps.store.noteRetired(
    new Map(changed.map(({ id, mapping }) => [id, there.has(mapping.backup.dataset)])),
    deps.now(),
  )
  await context.reloadRecords()
}

function namesOnBackup(root: Monitored, reading: HostReading): ReadonlySet<string> | null {
  if (!reading.reached) return null
  const { dataset } = root.mapping.backup
  const state = reading.sides.get(dataset)?.state
  if (state === 'missing') return new Set()
  const below = state === 'present' ? reading.descendants.get(dataset) : undefined
  return below === undefined ? null : new Set(below)
}

/** Gives up what is held of datasets that are gone, or watched no longer: as many as a SAN has ever had. Only in turn. */
export function forgetGone(context: EngineContext): void {
  const isWatched = (id: string): boolean => context.dataset(id)?.retired === false
  context.retain(isWatched)
  context.repairs.retain((id) => isWatched(id) || context.repairing.has(id))
  context.trees.retain(isWatched)
  context.states.forgetGone()
}

/** What is said of a child that is gone. It is not looked at: there is nothing about it that could be late. */
export function retiredVerdict(context: EngineContext, dataset: Monitored): Verdict {
  const { deps, states } = context
  const last = states.state(dataset.id)?.memory.last ?? null
  const words = wordsFor(dataset.mapping, deps.config().scheduler.timezone)
  const main = retiredReason(
    { reason: (code, evidence) => reason(words, code, evidence) },
    { at: dataset.retiredAt ?? null, backup: dataset.backupGone !== true },
  )
  return {
    health: 'HEALTHY',
    reason: main,
    reasons: [main],
    delaySeconds: null,
    lagSeconds: null,
    behind: null,
    newestCommon: last?.newestCommon ?? null,
    newestPrimary: null,
    newestBackup: last?.newestBackup ?? null,
    oldestMissing: null,
    looked: false,
    lastLookAt: last?.at ?? null,
    judgedAt: deps.now(),
  }
}
