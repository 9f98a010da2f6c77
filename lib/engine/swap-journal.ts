import type { ActionRecord } from '#lib/db/types.ts'
import { ownSiblings } from '#lib/replication/swap.ts'
import type { Inventory, SwapRecord } from '#lib/replication/types.ts'
import { parseOwnDatasetName, timeOfStamp } from '#lib/zfs/own-names.ts'
import type { EngineContext } from './context.ts'

/** A preview carries the stamp of its own moment, and is run ten minutes later at the most. */
const PREVIEW_MS = 15 * 60_000

interface Seen {
  readonly dataset: { readonly id: string }
  readonly inventory: Inventory
}

/**
 * What the journal says of swaps after which a backup still has `canmount=noauto`. A swap that was cut off before its last
 * command leaves that, and what was to come cannot be told from names and origins: the set-aside's own `canmount` was
 * changed just before. What was found is kept, since a healthy scan does not read properties.
 */
export class SwapJournal {
  readonly #records = new Map<string, SwapRecord | null>()

  async complete<T extends Seen>(context: EngineContext, seen: readonly T[]): Promise<readonly T[]> {
    const done: T[] = []
    for (const each of seen) {
      const swapRecord = await this.#recordOf(context, each)
      done.push(swapRecord === null ? each : { ...each, inventory: { ...each.inventory, swapRecord } })
    }
    return done
  }

  async #recordOf(context: EngineContext, { dataset, inventory }: Seen): Promise<SwapRecord | null> {
    const { backup, mapping, swap } = inventory
    const aside = ownSiblings(inventory, 'aside').at(-1)
    if (backup.state !== 'present' || aside === undefined || aside.canmount !== 'noauto') return null
    const key = `${mapping.backup.host} ${backup.facts.guid} ${aside.guid}`
    if (swap == null) return this.#records.get(key) ?? null
    const record = swap.canmount === 'noauto' ? await read(context, dataset.id, inventory, aside.name) : null
    if (this.#records.size > 5000) this.#records.clear()
    this.#records.set(key, record)
    return record
  }
}

/** Null: the journal knows that swap, and that it is over. */
async function read(
  { deps, repairs, repairing }: EngineContext,
  datasetId: string,
  { mapping }: Inventory,
  aside: string,
): Promise<SwapRecord | null> {
  const active = repairing.get(datasetId)?.()
  const runs = [...(active === undefined ? [] : [active]), ...repairs.of(datasetId)]
  for (const run of runs) {
    const actions = await deps.store.actions(run.id)
    const last = actions.findLast((action) => wantedBy(action, mapping.backup, aside) !== null)
    if (last === undefined) continue
    if (last.state === 'SUCCEEDED') return null
    return { aside, canmount: wantedBy(last, mapping.backup, aside) }
  }
  const madeAt = timeOfStamp(parseOwnDatasetName(aside)?.stamp ?? '')
  if (madeAt === null) return { aside, canmount: null }
  const before = await deps.store.runs({ kind: ['REPAIR'], datasetId, to: madeAt + PREVIEW_MS, limit: 1 })
  return before.items.length > 0 ? null : { aside, canmount: null }
}

/** The `canmount` that a swap with this set-aside was to give the backup in the end; null: it is no such swap. */
function wantedBy(
  { command, host }: ActionRecord,
  backup: Inventory['mapping']['backup'],
  aside: string,
): 'on' | 'off' | null {
  if (host !== backup.host || !command.some((argv) => argv.includes(aside))) return null
  const set = command.findLast((argv) => argv.at(-1) === backup.dataset && argv.at(-2)?.startsWith('canmount='))
  const value = set?.at(-2)
  return value === 'canmount=on' ? 'on' : value === 'canmount=off' ? 'off' : null
}
