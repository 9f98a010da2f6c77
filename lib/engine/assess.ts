import { isSeenRaw } from '#lib/replication/encryption.ts'
import type { Inventory, LookFault } from '#lib/replication/types/inventory.ts'
import type { Assessment, EngineContext } from './context.ts'
import { enrich, type PoolNames, withNewName, withSizes } from './details.ts'
import { bytesBehind, estimatePlans, type StepBytes } from './estimate.ts'
import { foresee } from './foresee.ts'
import { answered, apart, CutOff, nothingRead, unread } from './internal-faults.ts'
import { assessedWith, judgeAnyhow, type Looked } from './judge-one.ts'
import { addLag, noteChildren, noteGuid, save } from './keep.ts'
import { compareSides, inventoryOf, namesBelow, readHosts, wasCutOff } from './look.ts'
import type { Monitored } from './monitored.ts'
import type { HostReading } from './ports.ts'
import { isOfTheStore } from './remembered.ts'
import { forgetGone, noteBackups } from './tree.ts'

/**
 * Looks at both sides of the given datasets, judges, remembers and plans; each pair of hosts as soon as both have
 * answered, so that one which does not answer holds up no other. The part between reading the memory and writing it has no
 * await in it, so assessments that overlap cannot lose each other's memory; an older look never overwrites a newer one.
 *
 * Whatever throws for one dataset makes that one INTERNAL, and the others go on. Who stops waiting, or comes to the limit,
 * changes no verdict of what was not read by then: it is answered as not read, and kept nowhere.
 */
export async function assess(
  context: EngineContext,
  datasets: readonly Monitored[],
  options: AssessOptions,
): Promise<readonly Assessment[]> {
  const signals = [options.signal, options.limit].filter((each) => each !== undefined)
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0]
  const pass: Pass = {
    context,
    options,
    signal,
    number: context.nextLook(),
    receiving: new Set(context.receiving),
    swapping: new Set(context.swapping),
  }
  const all = withChildren(context, datasets)
  const hosts = readHosts(context, all, { mode: options.mode, signal })
  const pairs = [...Map.groupBy(all, ({ mapping }) => `${mapping.primary.host} ${mapping.backup.host}`).values()]
  const ended = await Promise.allSettled(
    pairs.map(async (own): Promise<readonly Assessment[]> => {
      const [first] = own
      if (first === undefined) return []
      const { primary, backup } = first.mapping
      const [from, to] = await Promise.all([hosts.reading(primary.host), hosts.reading(backup.host)])
      if (from === null || to === null) return own.map((dataset) => notWaitedFor(context, dataset))
      // Whether it is the witness that is cut off is not known before a host answers, or none did.
      if (!from.reached && !to.reached) await hosts.anyReached
      return assessPair(pass, own, from, to)
    }),
  )
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return ended.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
}

/** As if it had never been asked for: judged from nothing, kept nowhere. */
function notWaitedFor(context: EngineContext, dataset: Monitored): Assessment {
  return judgeAnyhow(
    context,
    { dataset, inventory: nothingRead(dataset.mapping, context.deps.now()), comparison: null },
    null,
  )
}

async function assessPair(
  pass: Pass,
  datasets: readonly Monitored[],
  from: HostReading,
  to: HostReading,
): Promise<readonly Assessment[]> {
  const { context, options } = pass
  const { states } = context
  const read = await context.inTurn(() => readLines(pass, datasets, from, to))
  const receiving = pass.receiving.union(context.receiving)
  const swapping = options.mode === 'fresh' ? new Set<string>() : pass.swapping.union(context.swapping)
  const compared = read.map((line) =>
    attempt(context, line, 'Comparing both sides', () => {
      const seen = options.mode === 'fresh' ? line : withoutOwnTransfer(receiving, line)
      return { ...seen, comparison: compareSides(seen.dataset, seen.inventory) }
    }),
  )
  const enriched = await enriching(pass, compared)
  const names: PoolNames = new Map()
  const named = await eachOf(context, enriched, 'Looking for its new name', (line) =>
    withNewName(context, line, { names, signal: options.signal }),
  )
  const complete = await eachOf(context, named, 'Reading the journal of its repairs', async (line) => {
    await context.repairs.load([line.dataset.id])
    const [whole] = await context.swaps.complete(context, [line])
    return whole ?? line
  })

  const drafts = complete.map((line) => ({
    line,
    draft: judgeAnyhow(context, line, null),
    before: states.state(line.dataset.id),
  }))
  const estimates = await estimating(
    pass,
    drafts.filter(({ line }) => line.fault === null && line.cut !== true).map(({ draft }) => draft),
  )
  // The answer to who has gone is judged all the same, but nothing of it is kept.
  if (options.signal?.aborted) return drafts.map(({ draft }) => draft)

  const final = await context.inTurn(async () => {
    const judged = drafts.flatMap(({ line, draft, before }) => {
      const dataset = context.current(line.dataset)
      // Taken out of the configuration meanwhile.
      if (dataset === null) return []
      if (line.cut === true) return [{ assessment: draft, keep: false, cut: true }]
      const now = dataset === line.dataset ? line : { ...line, dataset, inventory: renamed(line.inventory, dataset) }
      const own = estimates.get(line.dataset.id)
      const fault = own !== undefined && 'reason' in own ? own : null
      const steps = own === undefined || 'reason' in own ? undefined : own
      // Nothing new to say, unless another look, or a change of the configuration, has changed what it rests on.
      const same = dataset === line.dataset && steps === undefined && states.state(dataset.id) === before
      const assessment = same
        ? draft
        : judgeAnyhow(context, now, { bytes: bytesBehind(draft.plan, steps), steps: steps ?? new Map() })
      // In the middle of our own renames a look sees a backup that is missing, or has nothing in common: no finding.
      // Nor is there any in one that is gone, and was only asked about.
      const keep = !swapping.has(line.dataset.id) && !dataset.retired
      const planned = fault === null ? assessment : assessedWith(context, assessment, fault)
      const whole =
        line.below === undefined ? planned : { ...assessedWith(context, planned, line.below), plan: planned.plan }
      return [{ assessment: whole, keep, cut: false }]
    })
    const kept = judged.filter(
      ({ assessment, keep }) => keep && context.keep(assessment, { number: pass.number, runId: options.runId }),
    )
    await save(
      context,
      kept.map(({ assessment }) => assessment.dataset.id),
    )
    for (const { assessment } of kept)
      if (isSeenRaw(assessment)) context.lines.sawRaw(assessment.inventory, context.deps.now())
    await context.lines.flush()
    await addLag(
      context,
      kept.map(({ assessment: { dataset, verdict } }) => {
        const { judgedAt, delaySeconds, lagSeconds, health } = verdict
        return { datasetId: dataset.id, at: judgedAt, delaySeconds, lagSeconds, health }
      }),
    )
    return judged
  })
  const told = final.filter(({ cut }) => !cut).map(({ assessment }) => assessment)
  if (told.length > 0) await options.onJudged?.(told)
  return final.map(({ assessment }) => assessment)
}

/** A mapping that has another id by now. */
function renamed(inventory: Inventory, { mapping }: Monitored): Inventory {
  return { ...inventory, mapping }
}

/** A look at a recursive root is a look at its children. Those that are gone are looked at no more. */
function withChildren(context: EngineContext, datasets: readonly Monitored[]): readonly Monitored[] {
  const roots = new Set(datasets.filter(({ config }) => config.recursive).map(({ id }) => id))
  if (roots.size === 0) return datasets
  const asked = new Set(datasets.map(({ id }) => id))
  const children = context
    .datasets()
    .filter(({ id, parentId, retired }) => !retired && parentId !== null && roots.has(parentId) && !asked.has(id))
  return [...datasets, ...children]
}

/**
 * Where a transfer of our own was under way during a look, its half-received state on the backup is no finding: a scan
 * then sees the backup as it was before, and the status says REPAIRING. (The repair's own looks see everything.)
 */
function withoutOwnTransfer<T extends { readonly dataset: Monitored; readonly inventory: Inventory }>(
  receiving: ReadonlySet<string>,
  each: T,
): T {
  const { backup } = each.inventory
  if (backup.state !== 'present' || !receiving.has(each.dataset.id)) return each
  if (backup.snapshots.length === 0) return { ...each, inventory: { ...each.inventory, backup: { state: 'missing' } } }
  return {
    ...each,
    inventory: { ...each.inventory, backup: { ...backup, facts: { ...backup.facts, receiveResumeToken: null } } },
  }
}

interface AssessOptions {
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
interface Line extends Looked {
  /** What the witness failed at; it then counts as not read. */
  readonly fault: LookFault | null
  /** What it failed at below this root, where no dataset stands for it yet. */
  readonly below?: LookFault | undefined
  /** Nobody waited for it to the end: nothing is recorded of it. */
  readonly cut?: boolean
}

/** What all pairs of one look have in common. */
interface Pass {
  readonly context: EngineContext
  readonly options: AssessOptions
  readonly signal: AbortSignal | undefined
  /** See `EngineContext.nextLook`. */
  readonly number: number
  readonly receiving: ReadonlySet<string>
  readonly swapping: ReadonlySet<string>
}

/** Both sides of each dataset, those among them that the primary shows for the first time; each under its id of now. */
async function readLines(
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
async function enriching({ context, options, signal }: Pass, lines: readonly Line[]): Promise<readonly Line[]> {
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
async function estimating(
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
async function eachOf(
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

function attempt(context: EngineContext, line: Line, doing: string, work: (line: Line) => Line): Line {
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
