import type { ActionRecord, RunRecord, Store } from '#lib/db/types.ts'
import { halfDoneSwap, recordOf as known, ownSiblings } from '#lib/replication/swap.ts'
import type { Inventory, SwapFacts, SwapRecord } from '#lib/replication/types/inventory.ts'
import type { Plan, Step } from '#lib/replication/types/plan.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import { parseOwnDatasetName, timeOfStamp } from '#lib/zfs/names.ts'

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
  readonly #store: Pick<Store, 'runs' | 'actions'>
  /** By the backup's own guid. */
  readonly #canmounts = new Map<string, SwapFacts['canmount']>()
  readonly #found = new Map<string, { readonly record: SwapRecord; readonly newestRun: number | null }>()

  constructor(store: Pick<Store, 'runs' | 'actions'>) {
    this.#store = store
  }

  /** Fills in what is on record of each set-aside. `runs`: the last repairs of the dataset. */
  async complete<T extends Seen>(seen: T, runs: Repairs): Promise<T> {
    const asides = ownSiblings(seen.inventory, 'aside')
    if (asides.length === 0) return seen
    const swapRecords: SwapRecord[] = []
    const backupCanmount = this.#canmountOf(seen.inventory)
    for (const { name, guid } of asides) {
      const record = await this.#recordOf(seen, { name, guid }, runs)
      swapRecords.push(backupCanmount === undefined ? record : { ...record, backupCanmount })
    }
    return { ...seen, inventory: { ...seen.inventory, swapRecords } }
  }

  /** Undefined: never read. */
  #canmountOf({ backup, mapping, swap }: Inventory): SwapFacts['canmount'] | undefined {
    if (backup.state !== 'present') return undefined
    const key = `${mapping.backup.host} ${backup.facts.guid}`
    if (this.#canmounts.size > 5000) this.#canmounts.clear()
    if (swap != null) this.#canmounts.set(key, swap.canmount)
    return this.#canmounts.get(key)
  }

  async #recordOf(
    { dataset, inventory }: Seen,
    { name, guid }: Aside,
    { ended, active }: Repairs,
  ): Promise<SwapRecord> {
    const store = this.#store
    const key = `${inventory.mapping.backup.host} ${name} ${guid}`
    const before = this.#found.get(key) ?? null
    if (before?.record.swap === 'over') return before.record
    const since = before?.newestRun ?? null
    const known = [...(active === null ? [] : [active]), ...ended.filter(({ id }) => since === null || id > since)]
    const madeAt = timeOfStamp(parseOwnDatasetName(name)?.stamp ?? '')
    const older = before === null ? olderRuns(store, dataset.id, { known, madeAt }) : []
    const record = await newestWord(known, older, {
      says: async (run) => recordIn(run, await store.actions(run.id), inventory, name),
      isAfter: ({ startedAt }) => madeAt !== null && startedAt !== null && startedAt > madeAt,
      before: before?.record ?? { aside: name, swap: 'unknown', canmount: null },
    })
    if (this.#found.size > 5000) this.#found.clear()
    this.#found.set(key, { record, newestRun: ended[0]?.id ?? since })
    return record
  }
}

/** Repairs of one dataset. */
interface Repairs {
  /** The newest first. */
  readonly ended: readonly RunRecord[]
  readonly active: RunRecord | null
}

interface Aside {
  readonly name: string
  readonly guid: string
}

/**
 * What the newest run says that says anything. One after it that ended well without a word has found nothing to finish: what
 * that one left open is over; and had it found something of a set-aside that was there when it began, it would have finished it.
 */
async function newestWord(
  newer: readonly RunRecord[],
  older: Iterable<RunRecord> | AsyncIterable<RunRecord>,
  ask: {
    readonly says: (run: RunRecord) => Promise<SwapRecord | null>
    readonly isAfter: (run: RunRecord) => boolean
    /** What was known before these runs. */
    readonly before: SwapRecord
  },
): Promise<SwapRecord> {
  let endedWell = false
  const whole = async (run: RunRecord): Promise<SwapRecord | null> => {
    const record = await ask.says(run)
    endedWell ||= record === null && ENDED_WELL.has(run.state) && ask.isAfter(run)
    return record
  }
  const settled = (record: SwapRecord): SwapRecord => {
    if (!endedWell || record.swap === 'over') return record
    return { ...record, swap: record.swap === 'open' ? 'over' : 'settled', canmount: null }
  }
  for (const run of newer) {
    const record = await whole(run)
    if (record !== null) return settled(record)
  }
  for await (const run of older) {
    const record = await whole(run)
    if (record !== null) return settled(record)
  }
  return settled(ask.before)
}

/** Repairs from the time of the set-aside on that are not known yet, the newest first. */
async function* olderRuns(
  store: Pick<Store, 'runs'>,
  datasetId: string,
  { known, madeAt }: { readonly known: readonly RunRecord[]; readonly madeAt: number | null },
): AsyncGenerator<RunRecord> {
  const seen = new Set(known.map(({ id }) => id))
  const from = madeAt === null ? undefined : madeAt - PREVIEW_MS
  let cursor: string | undefined
  for (let looked = 0; looked < MOST_RUNS; ) {
    const page = await store.runs({ kind: ['REPAIR'], datasetId, limit: 50, from, cursor })
    yield* page.items.filter(({ id }) => !seen.has(id))
    looked += page.items.length
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}

/** What one repair says of the swap; null: nothing. One that ended well has finished it, whatever its lines are on record with. */
function recordIn(
  run: RunRecord,
  actions: readonly ActionRecord[],
  { mapping: { backup } }: Inventory,
  aside: string,
): SwapRecord | null {
  const last = actions.findLast((action) => {
    return swapIn(action.detail)?.aside === aside || isSwapOf(action, backup.host, aside)
  })
  if (last === undefined) return null
  const written = swapIn(last.detail)
  const wasLast = last.state === 'SUCCEEDED' && (written?.linesLeft ?? 0) === 0
  // All its lines may have ended well: only the look at the end of a run shows that nothing came to it in between.
  const isOver = ENDED_WELL.has(run.state)
  if (written?.canmount === 'unknown') return { aside, swap: isOver ? 'settled' : 'unknown', canmount: null }
  if (isOver) return { aside, swap: 'over', canmount: null }
  if (wasLast) return { aside, swap: 'open', canmount: null }
  return {
    aside,
    swap: 'open',
    canmount: written === null ? canmountIn(last.command, backup.dataset) : written.canmount,
  }
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
  readonly aside: string | null
  readonly linesLeft: number
  readonly canmount: SwapRecord['canmount'] | 'unknown'
}

/**
 * For the journal: how many lines of the swap come after this step, and what the backup is to have at its end: `unknown`
 * where a swap is finished of whose beginning nothing is on record.
 */
export function swapDetail(plan: Plan, step: Step, inventory: Inventory): { readonly swap?: Json } {
  if (step.kind !== 'commands' || step.role !== 'swap') return {}
  const lines = plan.steps.filter((each) => each.kind === 'commands' && each.role === 'swap')
  const { dataset } = plan.mapping.backup
  const commands = lines.flatMap((line) => (line.kind === 'commands' ? line.commands.map(({ argv }) => argv) : []))
  const linesLeft = lines.length - 1 - lines.indexOf(step)
  const half = halfDoneSwap(inventory)
  const isUnknown = half?.state === 'set-aside not finished' && known(inventory, half.aside.name).swap !== 'open'
  const canmount = isUnknown ? 'unknown' : canmountIn(commands, dataset)
  return { swap: { aside: plan.setAside?.name ?? null, linesLeft, canmount } }
}

const CANMOUNTS = ['on', 'off', 'unknown'] as const

function swapIn({ swap }: ActionRecord['detail']): Written | null {
  if (
    typeof swap !== 'object' ||
    swap === null ||
    !('linesLeft' in swap) ||
    !('canmount' in swap) ||
    !('aside' in swap)
  )
    return null
  const { aside, linesLeft, canmount } = swap
  if (typeof linesLeft !== 'number') return null
  return {
    aside: typeof aside === 'string' ? aside : null,
    linesLeft,
    canmount: CANMOUNTS.find((each) => each === canmount) ?? null,
  }
}

function canmountIn(commands: readonly (readonly string[])[], dataset: string): SwapRecord['canmount'] {
  const set = commands.findLast((argv) => argv.at(-1) === dataset && argv.at(-2)?.startsWith('canmount='))
  const value = set?.at(-2)
  return value === 'canmount=on' ? 'on' : value === 'canmount=off' ? 'off' : null
}
