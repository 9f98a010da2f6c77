import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { Assessment, EngineContext } from './context.ts'
import { enrich } from './enrich.ts'
import { estimatePlans, type StepBytes } from './estimate.ts'
import { foresee } from './foresee.ts'
import { answered, apart, CutOff, nothingRead, unread } from './internal-faults.ts'
import type { Looked } from './judge-one.ts'
import { noteChildren, noteGuid } from './keep.ts'
import { inventoryOf, namesBelow, wasCutOff } from './look.ts'
import type { Monitored } from './monitored.ts'
import type { HostReading } from './ports.ts'
import { withSizes } from './sizes.ts'
import { isOfTheStore } from './state-book.ts'
import { forgetGone, noteBackups } from './tree.ts'

export interface AssessOptions {
  readonly mode: 'incremental' | 'fresh'
  readonly runId: number | null
  /** `behind`: bytes for what is more than policy allows (a scan). `all`: for every step (preview, repair). */
  readonly estimates: 'behind' | 'all'
  readonly signal?: AbortSignal
  /** When it is aborted, what was not read by then stays as it was. Default: the SANs may take as long as they like. */
  readonly limit?: AbortSignal
  /** Told of each pair of hosts as soon as what they said is judged and saved. */
  readonly onJudged?: (assessments: readonly Assessment[]) => Promise<void>
}

/** One dataset on its way through a look. */
export interface Line extends Looked {
  /** What the witness failed at; it then counts as not read. */
  readonly fault: LookFault | null
  /** What it failed at below this root, where no dataset stands for it yet. */
  readonly below?: LookFault | undefined
  /** Nobody waited for it to the end: nothing is recorded of it. */
  readonly cut?: boolean
}

/** What all pairs of one look have in common. */
export interface Pass {
  readonly context: EngineContext
  readonly options: AssessOptions
  readonly signal: AbortSignal | undefined
  /** See `EngineContext.nextLook`. */
  readonly number: number
  readonly receiving: ReadonlySet<string>
  readonly swapping: ReadonlySet<string>
}

/** Both sides of each dataset, those among them that the primary shows for the first time; each under its id of now. */
export async function readLines(
  { context }: Pass,
  datasets: readonly Monitored[],
  from: HostReading,
  to: HostReading,
): Promise<readonly Line[]> {
  const { deps, faults } = context
  const readAt = deps.now()
  const asked = datasets.flatMap((dataset) => context.current(dataset) ?? [])
  const found = new Map<string, Monitored>()
  const troubled = new Map<string, LookFault>()
  for (const root of asked.filter(({ config, parentId }) => config.recursive && parentId === null)) {
    try {
      const below = namesBelow(root, from)
      if (below === null) continue
      const noted = await noteChildren(context, root, below)
      for (const child of noted.children) found.set(child.id, child)
      if (noted.fault !== null) troubled.set(root.id, noted.fault)
      await noteBackups(context, root, to)
    } catch (error) {
      if (isOfTheStore(error)) throw error
      const at = { datasetId: root.id, host: root.mapping.primary.host }
      troubled.set(root.id, faults.of(at, 'Recording what stands below it', error))
    }
  }
  // A child that is gone is retired by this very look, and never judged as a loss, nor looked at.
  const roots = new Set(asked.filter(({ parentId }) => parentId === null).map(({ id }) => id))
  const now = asked.flatMap((dataset) => context.current(dataset) ?? [])
  const left = now.filter(({ retired, parentId }) => !retired || parentId === null || !roots.has(parentId))
  const known = new Map(left.map((each) => [each.id, each]))
  for (const { id } of now) {
    const state = known.has(id) ? null : context.states.state(id)
    if (state !== null) context.tell(() => deps.emit.dataset(state))
  }
  forgetGone(context)
  for (const [id, child] of found) if (!known.has(id)) known.set(id, context.current(child) ?? child)
  const lines = [...known.values()].map((dataset): Line => {
    const nothing = { ...nothingRead(dataset.mapping, readAt) }
    const line = attempt(
      context,
      { dataset, inventory: nothing, comparison: null, fault: null },
      'Reading it',
      (own) => {
        const inventory = inventoryOf(dataset, from, to, readAt)
        return { ...own, inventory, cut: wasCutOff(inventory) }
      },
    )
    return { ...line, below: troubled.get(dataset.id) }
  })
  const unnamed = new Set(context.states.records.filter(({ primaryGuid }) => primaryGuid === null).map(({ id }) => id))
  const toName = (line: Line) => unnamed.has(line.dataset.id) && line.inventory.primary.state === 'present'
  if (!lines.some(toName)) return lines
  const named = await eachOf(context, lines, 'Recording its guid', async (line) => {
    if (toName(line)) await noteGuid(context, line.dataset.id, line.inventory)
    return line
  })
  await context.reloadRecords()
  return named
}

/** Details that a listing does not show; where nobody waits for those of a dataset, nothing is recorded of it. */
export async function enriching({ context, options, signal }: Pass, lines: readonly Line[]): Promise<readonly Line[]> {
  const { deps, tokens, beside, foresight, faults } = context
  const well = lines.filter(({ fault, cut }) => fault === null && cut !== true)
  const fresh = options.mode === 'fresh'
  const done = await apart<Line, Line>(
    well,
    async (some) => {
      const seen = await enrich(deps.sans, some, { tokens, beside, now: deps.now(), fresh, signal })
      const isMarked = ({ dataset }: Line) => context.states.state(dataset.id)?.memory.otherWitness != null
      const options = { book: foresight, now: deps.now(), fresh, isMarked, signal }
      const foreseen = await answered(foresee(deps.sans, seen, options), signal)
      const memoryOf = (id: string) => context.states.state(id)?.memory ?? null
      return answered(withSizes(deps.sans, foreseen, memoryOf, signal), signal)
    },
    (line, error) => {
      if (error instanceof CutOff) return { ...line, cut: true }
      const { id, mapping } = line.dataset
      return failed(line, faults.of({ datasetId: id, host: mapping.backup.host }, 'Reading its details', error))
    },
  )
  const byId = new Map(done.map((line) => [line.dataset.id, line]))
  return lines.map((line) => byId.get(line.dataset.id) ?? line)
}

/** Bytes of each plan, or what failed when they were asked for. Without an answer in time there is no estimate. */
export async function estimating(
  { context, options, signal }: Pass,
  drafts: readonly Assessment[],
): Promise<ReadonlyMap<string, StepBytes | LookFault>> {
  const { deps, estimates: book, faults } = context
  const found = await apart<Assessment, readonly [string, StepBytes | LookFault]>(
    drafts,
    async (some) => [...(await answered(estimatePlans(deps.sans, book, some, { ...options, signal }), signal))],
    ({ dataset: { id, mapping } }, error) => [
      id,
      error instanceof CutOff
        ? new Map()
        : faults.of({ datasetId: id, host: mapping.primary.host }, 'Estimating its repair', error),
    ],
  )
  return new Map(found)
}

/** One by one, each within its own boundary. */
export async function eachOf(
  context: EngineContext,
  lines: readonly Line[],
  doing: string,
  work: (line: Line) => Promise<Line>,
): Promise<readonly Line[]> {
  const done: Line[] = []
  for (const line of lines) {
    if (line.fault !== null || line.cut === true) {
      done.push(line)
      continue
    }
    try {
      done.push(await work(line))
    } catch (error) {
      // Full, held or damaged: no dataset's fault, and nothing could be saved.
      if (isOfTheStore(error)) throw error
      done.push(failedAt(context, line, doing, error))
    }
  }
  return done
}

export function attempt(context: EngineContext, line: Line, doing: string, work: (line: Line) => Line): Line {
  if (line.fault !== null || line.cut === true) return line
  try {
    return work(line)
  } catch (error) {
    return failedAt(context, line, doing, error)
  }
}

function failedAt(context: EngineContext, line: Line, doing: string, error: unknown): Line {
  const { id, mapping } = line.dataset
  return failed(line, context.faults.of({ datasetId: id, host: mapping.primary.host }, doing, error))
}

function failed(line: Line, fault: LookFault): Line {
  return { ...line, fault, comparison: null, inventory: unread(line.inventory, fault) }
}
