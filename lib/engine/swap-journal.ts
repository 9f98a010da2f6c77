import type { ActionRecord, RunRecord } from '#lib/db/types.ts'
import { ownSiblings } from '#lib/replication/swap.ts'
import type { Inventory, Json, Plan, Step, SwapRecord } from '#lib/replication/types.ts'
import { parseOwnDatasetName, timeOfStamp } from '#lib/zfs/own-names.ts'
import type { EngineContext } from './context.ts'

/** A preview carries the stamp of its own moment, and is run ten minutes later at the most. */
const PREVIEW_MS = 15 * 60_000
/** So many repairs after a set-aside are looked through for its swap; once, where it was found to be over. */
const MOST_RUNS = 300

interface Seen {
  readonly dataset: { readonly id: string }
  readonly inventory: Inventory
}

/**
 * What the journal says of the swaps that made the set-asides beside a backup. Names and origins tell how far a swap came,
 * but not its very last command, and not what a person has done to a set-aside since: both would look like a swap that was
 * cut off. What was found holds until another repair of the dataset is on record; what is over stays so.
 */
export class SwapJournal {
  readonly #found = new Map<string, { readonly record: SwapRecord; readonly newestRun: number | null }>()

  async complete<T extends Seen>(context: EngineContext, seen: readonly T[]): Promise<readonly T[]> {
    const done: T[] = []
    for (const each of seen) {
      const asides = ownSiblings(each.inventory, 'aside')
      const swapRecords: SwapRecord[] = []
      for (const { name, guid } of asides) {
        swapRecords.push(await this.#recordOf(context, each, { name, guid }))
      }
      done.push(asides.length === 0 ? each : { ...each, inventory: { ...each.inventory, swapRecords } })
    }
    return done
  }

  async #recordOf(
    context: EngineContext,
    seen: Seen,
    { name, guid }: { readonly name: string; readonly guid: string },
  ): Promise<SwapRecord> {
    const key = `${seen.inventory.mapping.backup.host} ${name} ${guid}`
    const newestRun = context.repairs.of(seen.dataset.id)[0]?.id ?? null
    const before = this.#found.get(key)
    const isStill = before?.newestRun === newestRun && !context.repairing.has(seen.dataset.id)
    if (before !== undefined && (isStill || before.record.swap === 'over')) return before.record
    const record = await recordOf(context, seen, name)
    if (this.#found.size > 5000) this.#found.clear()
    this.#found.set(key, { record, newestRun })
    return record
  }
}

async function recordOf(
  { deps, repairs, repairing }: EngineContext,
  { dataset, inventory }: Seen,
  aside: string,
): Promise<SwapRecord> {
  const madeAt = timeOfStamp(parseOwnDatasetName(aside)?.stamp ?? '')
  const says = async (run: RunRecord) => recordIn(run, await deps.store.actions(run.id), inventory, { aside, madeAt })
  const active = repairing.get(dataset.id)?.()
  const known = [...(active === undefined ? [] : [active]), ...repairs.of(dataset.id)]
  for (const run of known) {
    const record = await says(run)
    if (record !== null) return record
  }
  const seen = new Set(known.map(({ id }) => id))
  const from = madeAt === null ? undefined : madeAt - PREVIEW_MS
  let cursor: string | undefined
  for (let looked = 0; looked < MOST_RUNS; ) {
    const page = await deps.store.runs({ kind: ['REPAIR'], datasetId: dataset.id, limit: 50, from, cursor })
    for (const run of page.items.filter(({ id }) => !seen.has(id))) {
      const record = await says(run)
      if (record !== null) return record
    }
    looked += page.items.length
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  return { aside, swap: 'unknown', canmount: null }
}

/**
 * What one repair says of the swap; null: nothing. One that ended well has left nothing of it to finish, whatever became of
 * each of its lines; and had it found something of a set-aside that was there when it began, it would have finished it.
 */
function recordIn(
  run: RunRecord,
  actions: readonly ActionRecord[],
  { mapping: { backup } }: Inventory,
  { aside, madeAt }: { readonly aside: string; readonly madeAt: number | null },
): SwapRecord | null {
  const last = actions.findLast((action) => isSwapOf(action, backup.host, aside))
  const written = last === undefined ? null : swapIn(last.detail)
  const later = madeAt !== null && run.startedAt !== null && run.startedAt > madeAt
  const wasLast = last?.state === 'SUCCEEDED' && (written?.linesLeft ?? 0) === 0
  if (wasLast || (ENDED_WELL.has(run.state) && (last !== undefined || later)))
    return { aside, swap: 'over', canmount: null }
  if (last === undefined) return null
  return { aside, swap: 'open', canmount: written === null ? wantedBy(last, backup.dataset) : written.canmount }
}

const ENDED_WELL: ReadonlySet<RunRecord['state']> = new Set(['SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'NO_CHANGE'])

/** It moved something to this set-aside or away from it, or set something on it: a hold or a promote does not. */
function isSwapOf({ command, host }: ActionRecord, backupHost: string, aside: string): boolean {
  const moves = (argv: readonly string[]) => argv.includes('rename') || argv.includes('set')
  const names = (word: string) => word === aside || word.startsWith(`${aside}/`)
  return host === backupHost && command.some((argv) => moves(argv) && argv.some(names))
}

/** What a line of a swap has written beside its commands; one of an earlier version has not, and was the only one of its swap. */
interface Written {
  readonly linesLeft: number
  readonly canmount: SwapRecord['canmount']
}

/** For the journal: how many lines of the swap come after this step, and what the backup is to have at its end. */
export function swapDetail(plan: Plan, step: Step): { readonly swap?: Json } {
  if (step.kind !== 'commands' || step.role !== 'swap') return {}
  const lines = plan.steps.filter((each) => each.kind === 'commands' && each.role === 'swap')
  const { dataset } = plan.mapping.backup
  const commands = lines.flatMap((line) => (line.kind === 'commands' ? line.commands.map(({ argv }) => argv) : []))
  return { swap: { linesLeft: lines.length - 1 - lines.indexOf(step), canmount: canmountIn(commands, dataset) } }
}

function swapIn({ swap }: ActionRecord['detail']): Written | null {
  if (typeof swap !== 'object' || swap === null || !('linesLeft' in swap) || !('canmount' in swap)) return null
  const { linesLeft, canmount } = swap
  if (typeof linesLeft !== 'number') return null
  return { linesLeft, canmount: canmount === 'on' || canmount === 'off' ? canmount : null }
}

function wantedBy({ command }: ActionRecord, dataset: string): SwapRecord['canmount'] {
  return canmountIn(command, dataset)
}

function canmountIn(commands: readonly (readonly string[])[], dataset: string): SwapRecord['canmount'] {
  const set = commands.findLast((argv) => argv.at(-1) === dataset && argv.at(-2)?.startsWith('canmount='))
  const value = set?.at(-2)
  return value === 'canmount=on' ? 'on' : value === 'canmount=off' ? 'off' : null
}
