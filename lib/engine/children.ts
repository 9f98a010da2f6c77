import type { DatasetRecord, Store } from '#lib/db/types.ts'
import type { Inventory, LookFault } from '#lib/replication/types/inventory.ts'
import type { InternalFaults } from './internal-faults.ts'
import type { Knowledge } from './knowledge.ts'
import { childIds, childNames, childOf, type Monitored } from './monitored.ts'
import type { HostReading } from './ports.ts'

/* Which datasets there are, as a listing shows it: children that came, went, lost their backup; each is its guid. All only in turn. */

/** Of one root, those that are gone too: they stay on record, and other ones at each look would fill the database. */
const MOST_CHILDREN = 50_000

interface Noting {
  readonly knowledge: Knowledge
  readonly store: Pick<Store, 'syncChildren' | 'noteRetired'>
  /** Epoch ms. */
  readonly now: number
}

/**
 * What stands below a recursive mapping now, out of the names that are there; children that are gone are retired, never
 * deleted. `busy`: datasets whose ids stay as they are, because a repair goes by them. `fault` of the answer: one that could
 * not be recorded, which no dataset stands for yet.
 */
export async function noteChildren(
  { knowledge, store, now }: Noting,
  root: Monitored,
  below: readonly string[],
  { busy, faults }: { readonly busy: ReadonlySet<string>; readonly faults: InternalFaults },
): Promise<{ readonly children: readonly Monitored[]; readonly fault: LookFault | null }> {
  const config = knowledge.inForce
  const { records } = knowledge.states
  const names = childNames(config, root.config, below)
  const ids = childIds(config, root.config, names, records, busy)
  const found = names.map((name) => childOf(root.config, name, ids.get(name) ?? name))
  const before = new Set(records.map(({ id }) => id))
  const known = records.filter(({ parentId }) => parentId === root.id).length
  if (known + found.filter(({ id }) => !before.has(id)).length > MOST_CHILDREN)
    throw new RangeError(
      `below ${root.mapping.primary.dataset} more than ${MOST_CHILDREN} datasets have come and gone: map those that matter one by one`,
    )
  const refused = await store.syncChildren(root.id, found.map(recordOf), now)
  await knowledge.reloadRecords()
  for (const { id } of found) if (!before.has(id)) await knowledge.states.takeOver(id)
  const own = refused.map(({ id, error }) => {
    const name = found.find((child) => child.id === id)?.mapping.primary.dataset ?? id
    return faults.of({ datasetId: root.id, host: root.mapping.primary.host }, `Recording the child ${name}`, error)
  })
  const not = new Set(refused.map(({ id }) => id))
  return { children: found.filter(({ id }) => !not.has(id)), fault: own[0] ?? null }
}

function recordOf(child: Monitored): Omit<DatasetRecord, 'retiredAt' | 'parentId'> {
  const { mapping } = child
  return {
    id: child.id,
    pair: child.config.pair,
    primaryHost: mapping.primary.host,
    primaryDataset: mapping.primary.dataset,
    backupHost: mapping.backup.host,
    backupDataset: mapping.backup.dataset,
    primaryGuid: null,
  }
}

/**
 * Of the children that are gone: is their backup still there? The backup root's own listing says so, where it ended
 * well; where it did not, nothing is learned.
 */
export async function noteBackups(
  { knowledge, store, now }: Noting,
  root: Monitored,
  backup: HostReading,
): Promise<void> {
  const there = namesOnBackup(root, backup)
  if (there === null) return
  const changed = knowledge
    .childrenOf(root.id)
    .filter(
      ({ retired, backupGone, mapping }) => retired && there.has(mapping.backup.dataset) === (backupGone === true),
    )
  if (changed.length === 0) return
  await store.noteRetired(new Map(changed.map(({ id, mapping }) => [id, there.has(mapping.backup.dataset)])), now)
  await knowledge.reloadRecords()
}

function namesOnBackup(root: Monitored, reading: HostReading): ReadonlySet<string> | null {
  if (!reading.reached) return null
  const { dataset } = root.mapping.backup
  const state = reading.sides.get(dataset)?.state
  if (state === 'missing') return new Set()
  const below = state === 'present' ? reading.descendants.get(dataset) : undefined
  return below === undefined ? null : new Set(below)
}

/**
 * A dataset is its guid: a mapping seen for the first time takes over what is known of that guid under an earlier
 * name, so that a rename in the config or on the SAN keeps its history and its lineage.
 */
export async function noteGuid(
  { knowledge, store }: { readonly knowledge: Knowledge; readonly store: Pick<Store, 'setPrimaryGuid'> },
  id: string,
  { primary }: Inventory,
): Promise<void> {
  if (primary.state !== 'present') return
  await store.setPrimaryGuid(id, primary.facts.guid)
  await knowledge.states.takeOver(id)
  knowledge.repairs.forget(id)
}
