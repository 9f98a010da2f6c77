import { isSeenRaw } from '#lib/replication/encryption.ts'
import { withEstimates } from '#lib/replication/plan/plan.ts'
import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { noteBackups, noteChildren, noteGuid } from './children.ts'
import { circumstancesOf, standingOf, TreesHeld } from './circumstances.ts'
import { Details, type PoolNames, withNewName } from './details.ts'
import { bytesBehind, EstimateBook, estimatePlans, type StepBytes } from './estimate.ts'
import { answered, apart, CutOff, type InternalFaults, nothingRead, unread } from './internal-faults.ts'
import { judgeAnyhow, judgeOne, type Seen, withFault } from './judge-one.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import { compareSides, inventoryOf, namesBelow, readHosts, wasCutOff, withoutOwnTransfer } from './look.ts'
import type { Monitored } from './monitored.ts'
import type { EngineDeps, HostReading } from './ports.ts'
import { isOfTheStore } from './remembered.ts'
import { SwapJournal } from './swap-journal.ts'
import type { Underway } from './underway.ts'

interface AssessOptions {
  readonly mode: 'incremental' | 'fresh'
  readonly runId: number | null
  /** `behind`: bytes for what is more than policy allows (a scan). `all`: for every step (preview, repair). */
  readonly estimates: 'behind' | 'all'
  readonly signal?: AbortSignal
  /** When it is aborted, what was not read by then stays as it was. Default: the SANs may take as long as they like. */
  readonly limit?: AbortSignal
  /** Called for each pair of hosts as soon as what they said is judged and saved. */
  readonly onJudged?: (assessments: readonly Assessment[]) => Promise<void>
}

/** One dataset on its way through an assessment. */
interface Case extends Seen {
  /** What the witness failed at; it then counts as not read. */
  readonly fault: LookFault | null
  /** What it failed at below this root, where no dataset stands for it yet. */
  readonly below?: LookFault | undefined
  /** The check ended before its answer came: nothing is recorded of it. */
  readonly cut?: boolean
}

/** What all pairs of one assessment have in common. */
interface Pass {
  readonly options: AssessOptions
  readonly signal: AbortSignal | undefined
  /** See `Knowledge.nextNumber`. */
  readonly number: number
  /** What was under way when it began. */
  readonly receiving: ReadonlySet<string>
  readonly swapping: ReadonlySet<string>
}

/**
 * Reads both sides of datasets, judges, remembers and plans: for a check, a preview, and each of the looks of a repair. Keeps
 * what the SANs need not be asked again.
 */
export class Assessor {
  readonly #deps: EngineDeps
  readonly #knowledge: Knowledge
  readonly #underway: Underway
  readonly #faults: InternalFaults
  readonly #details: Details
  readonly #estimates = new EstimateBook()
  readonly #trees = new TreesHeld()
  readonly #swaps: SwapJournal

  constructor(deps: EngineDeps, knowledge: Knowledge, underway: Underway, faults: InternalFaults) {
    this.#deps = deps
    this.#knowledge = knowledge
    this.#underway = underway
    this.#faults = faults
    this.#details = new Details(deps.sans)
    this.#swaps = new SwapJournal(deps.store)
  }

  /**
   * Assesses the given datasets, and the children of those that are recursive; each pair of hosts as soon as both have
   * answered, so that one which does not answer holds up no other. The part between reading the memory and writing it has no
   * await in it, so assessments that overlap cannot lose each other's memory; an older one never overwrites a newer one.
   *
   * Whatever throws for one dataset makes that one INTERNAL, and the others go on. Who stops waiting, or comes to the limit,
   * changes no verdict of what was not read by then: it is answered as not read, and kept nowhere.
   */
  async assess(datasets: readonly Monitored[], options: AssessOptions): Promise<readonly Assessment[]> {
    const signals = [options.signal, options.limit].filter((each) => each !== undefined)
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0]
    const pass: Pass = {
      options,
      signal,
      number: this.#knowledge.nextNumber(),
      receiving: new Set(this.#underway.receiving),
      swapping: new Set(this.#underway.swapping),
    }
    const all = withChildren(this.#knowledge.datasets(), datasets)
    const hosts = readHosts(
      { sans: this.#deps.sans, faults: this.#faults, onReading: (reading) => this.#heard(reading) },
      all,
      { mode: options.mode, signal },
    )
    const pairs = [...Map.groupBy(all, ({ mapping }) => `${mapping.primary.host} ${mapping.backup.host}`).values()]
    const ended = await Promise.allSettled(
      pairs.map(async (own): Promise<readonly Assessment[]> => {
        const [first] = own
        if (first === undefined) return []
        const { primary, backup } = first.mapping
        const [from, to] = await Promise.all([hosts.reading(primary.host), hosts.reading(backup.host)])
        if (from === null || to === null) return own.map((dataset) => this.#notWaitedFor(dataset))
        // Whether it is the witness that is cut off is not known before a host answers, or none did.
        if (!from.reached && !to.reached) await hosts.anyReached
        return this.#assessPair(pass, own, from, to)
      }),
    )
    const failed = ended.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return ended.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }

  /** One dataset, both sides read in full; null where it is monitored no longer. */
  async fresh(
    dataset: Monitored,
    options: Pick<AssessOptions, 'runId' | 'estimates' | 'signal'>,
  ): Promise<Assessment | null> {
    const all = await this.assess([dataset], { ...options, mode: 'fresh' })
    return all.find((each) => each.dataset.id === dataset.id) ?? null
  }

  /** The same look, planned in place. What the checks see and remember stays the plan that destroys nothing. */
  async inPlace({ dataset, comparison, ...seen }: Assessment, signal?: AbortSignal): Promise<Plan> {
    const { sans } = this.#deps
    const { host, dataset: backup } = dataset.mapping.backup
    const inventory = { ...seen.inventory, costs: await sans.costs(host, backup, signal) }
    const other = { dataset, inventory, comparison }
    const planned = judgeOne(other, this.#circumstances(other), null, 'IN_PLACE')
    const estimates = await estimatePlans(sans, this.#estimates, [planned], { estimates: 'all', signal })
    return withEstimates(planned.plan, estimates.get(dataset.id) ?? new Map())
  }

  #heard(reading: HostReading): void {
    const { state, changed } = this.#knowledge.hosts.record(reading, this.#deps.now())
    if (changed) this.#deps.emit.host(state)
  }

  /** As if it had never been asked for: judged from nothing, kept nowhere. */
  #notWaitedFor(dataset: Monitored): Assessment {
    return this.#judge({ dataset, inventory: nothingRead(dataset.mapping, this.#deps.now()), comparison: null }, null)
  }

  #judge(seen: Seen, estimate: { readonly bytes: number | null; readonly steps: StepBytes } | null): Assessment {
    const standing = standingOf(this.#knowledge, this.#deps, seen.dataset)
    const circumstances = (each: Seen) => this.#circumstances(each)
    return judgeAnyhow(seen, estimate, { faults: this.#faults, standing, circumstances })
  }

  #circumstances({ dataset, inventory }: Seen) {
    const known = { knowledge: this.#knowledge, underway: this.#underway, trees: this.#trees }
    return circumstancesOf(known, this.#deps, dataset, inventory)
  }

  /** From what both hosts of a pair said to a verdict that is saved. */
  async #assessPair(
    pass: Pass,
    datasets: readonly Monitored[],
    from: HostReading,
    to: HostReading,
  ): Promise<readonly Assessment[]> {
    const { options } = pass
    const knowledge = this.#knowledge
    const read = await knowledge.inTurn(() => this.#read(datasets, from, to))
    const receiving = pass.receiving.union(this.#underway.receiving)
    const swapping = options.mode === 'fresh' ? new Set<string>() : pass.swapping.union(this.#underway.swapping)
    const compared = read.map((each) =>
      this.#attempt(each, 'Comparing both sides', () => {
        const seen = options.mode === 'fresh' ? each : withoutOwnTransfer(receiving, each)
        return { ...seen, comparison: compareSides(seen.dataset, seen.inventory) }
      }),
    )
    const detailed = await this.#withDetails(pass, compared)
    const names: PoolNames = new Map()
    const named = await this.#eachOf(detailed, 'Looking for its new name', (each) => {
      const guid = knowledge.memoryOf(each.dataset.id)?.primary?.guid
      return withNewName(this.#deps.sans, each, guid, { names, signal: options.signal })
    })
    const complete = await this.#eachOf(named, 'Reading the journal of its repairs', async (each) => {
      const { id } = each.dataset
      await knowledge.repairs.load([id])
      return this.#swaps.complete(each, {
        ended: knowledge.repairs.of(id),
        active: this.#underway.begunRepairOf(id),
      })
    })
    const drafts = complete.map((own) => ({
      own,
      draft: this.#judge(own, null),
      before: knowledge.states.state(own.dataset.id),
    }))
    const estimates = await this.#estimated(
      pass,
      drafts.filter(({ own }) => own.fault === null && own.cut !== true).map(({ draft }) => draft),
    )
    // The answer to who has gone is judged all the same, but nothing of it is kept.
    if (options.signal?.aborted) return drafts.map(({ draft }) => draft)

    const final = await knowledge.inTurn(async () => {
      const judged = drafts.flatMap(({ own, draft, before }) => {
        const dataset = knowledge.current(own.dataset)
        // Taken out of the configuration meanwhile.
        if (dataset === null) return []
        if (own.cut === true) return [{ assessment: draft, keep: false, cut: true }]
        // A mapping that has another id by now.
        const { mapping } = dataset
        const now = dataset === own.dataset ? own : { ...own, dataset, inventory: { ...own.inventory, mapping } }
        const estimate = estimates.get(own.dataset.id)
        const fault = estimate !== undefined && 'reason' in estimate ? estimate : null
        const steps = estimate === undefined || 'reason' in estimate ? undefined : estimate
        // Nothing new to say, unless another look, or a change of the configuration, has changed what it rests on.
        const same = dataset === own.dataset && steps === undefined && knowledge.states.state(dataset.id) === before
        const assessment = same
          ? draft
          : this.#judge(now, { bytes: bytesBehind(draft.plan, steps), steps: steps ?? new Map() })
        // In the middle of our own renames a look sees a backup that is missing, or has nothing in common: no finding.
        // Nor is there any in one that is gone, and was only asked about.
        const keep = !swapping.has(own.dataset.id) && !dataset.retired
        const planned = fault === null ? assessment : this.#failedAfter(assessment, fault)
        const whole =
          own.below === undefined ? planned : { ...this.#failedAfter(planned, own.below), plan: planned.plan }
        return [{ assessment: whole, keep, cut: false }]
      })
      const kept = judged.filter(
        ({ assessment, keep }) => keep && knowledge.keep(assessment, { number: pass.number, runId: options.runId }),
      )
      await knowledge.save(kept.map(({ assessment }) => assessment.dataset.id))
      for (const { assessment } of kept)
        if (isSeenRaw(assessment)) knowledge.lines.sawRaw(assessment.inventory, this.#deps.now())
      await knowledge.lines.flush()
      await knowledge.addLag(
        kept.map(({ assessment: { dataset, verdict } }) => {
          const { judgedAt, delaySeconds, lagSeconds, health } = verdict
          return { datasetId: dataset.id, at: judgedAt, delaySeconds, lagSeconds, health }
        }),
      )
      return judged
    })
    const reported = final.filter(({ cut }) => !cut).map(({ assessment }) => assessment)
    if (reported.length > 0) await options.onJudged?.(reported)
    return final.map(({ assessment }) => assessment)
  }

  #failedAfter(assessment: Assessment, fault: LookFault): Assessment {
    return withFault(assessment, standingOf(this.#knowledge, this.#deps, assessment.dataset), fault)
  }

  /** Both sides of each dataset, those among them that the primary shows for the first time; each under its id of now. */
  async #read(datasets: readonly Monitored[], from: HostReading, to: HostReading): Promise<readonly Case[]> {
    const knowledge = this.#knowledge
    const faults = this.#faults
    const { store, now } = this.#deps
    const readAt = now()
    const asked = datasets.flatMap((dataset) => knowledge.current(dataset) ?? [])
    const found = new Map<string, Monitored>()
    const troubled = new Map<string, LookFault>()
    for (const root of asked.filter(({ config, parentId }) => config.recursive && parentId === null)) {
      try {
        const below = namesBelow(root, from)
        if (below === null) continue
        const busy = this.#underway.repairing()
        const noted = await noteChildren({ knowledge, store, now: now() }, root, below, { busy, faults })
        for (const child of noted.children) found.set(child.id, child)
        if (noted.fault !== null) troubled.set(root.id, noted.fault)
        await noteBackups({ knowledge, store, now: now() }, root, to)
      } catch (error) {
        if (isOfTheStore(error)) throw error
        const at = { datasetId: root.id, host: root.mapping.primary.host }
        troubled.set(root.id, faults.of(at, 'Recording what stands below it', error))
      }
    }
    // A child that is gone is retired by this very look, and never judged as a loss, nor looked at.
    const roots = new Set(asked.filter(({ parentId }) => parentId === null).map(({ id }) => id))
    const current = asked.flatMap((dataset) => knowledge.current(dataset) ?? [])
    const left = current.filter(({ retired, parentId }) => !retired || parentId === null || !roots.has(parentId))
    const known = new Map(left.map((each) => [each.id, each]))
    for (const { id } of current) if (!known.has(id)) knowledge.report(id)
    knowledge.forgetGone(this.#underway.repairing())
    this.#trees.retain((id) => knowledge.isMonitored(id))
    for (const [id, child] of found) if (!known.has(id)) known.set(id, knowledge.current(child) ?? child)
    const cases = [...known.values()].map((dataset): Case => {
      const nothing = nothingRead(dataset.mapping, readAt)
      const each = { dataset, inventory: nothing, comparison: null, fault: null }
      const seen = this.#attempt(each, 'Reading it', (own) => {
        const inventory = inventoryOf(dataset, from, to, readAt)
        return { ...own, inventory, cut: wasCutOff(inventory) }
      })
      return { ...seen, below: troubled.get(dataset.id) }
    })
    const { records } = knowledge.states
    const unnamed = new Set(records.filter(({ primaryGuid }) => primaryGuid === null).map(({ id }) => id))
    const toName = (each: Case) => unnamed.has(each.dataset.id) && each.inventory.primary.state === 'present'
    if (!cases.some(toName)) return cases
    const named = await this.#eachOf(cases, 'Recording its guid', async (each) => {
      if (toName(each)) await noteGuid({ knowledge, store }, each.dataset.id, each.inventory)
      return each
    })
    await knowledge.reloadRecords()
    return named
  }

  /** Details that a listing does not show; where the check ends before those of a dataset come, nothing is recorded of it. */
  async #withDetails({ options: { mode }, signal }: Pass, cases: readonly Case[]): Promise<readonly Case[]> {
    const well = cases.filter(({ fault, cut }) => fault === null && cut !== true)
    const memoryOf = (id: string) => this.#knowledge.memoryOf(id)
    const done = await apart<Case, Case>(
      well,
      (some) => this.#details.fill(some, { now: this.#deps.now, fresh: mode === 'fresh', memoryOf, signal }),
      (own, error) => {
        if (error instanceof CutOff) return { ...own, cut: true }
        const { id, mapping } = own.dataset
        const at = { datasetId: id, host: mapping.backup.host }
        return failed(own, this.#faults.of(at, 'Reading its details', error))
      },
    )
    const byId = new Map(done.map((each) => [each.dataset.id, each]))
    return cases.map((each) => byId.get(each.dataset.id) ?? each)
  }

  /** Bytes of each plan, or what failed when they were asked for. Without an answer in time there is no estimate. */
  async #estimated(
    { options, signal }: Pass,
    drafts: readonly Assessment[],
  ): Promise<ReadonlyMap<string, StepBytes | LookFault>> {
    const { sans } = this.#deps
    const found = await apart<Assessment, readonly [string, StepBytes | LookFault]>(
      drafts,
      async (some) => [...(await answered(estimatePlans(sans, this.#estimates, some, { ...options, signal }), signal))],
      ({ dataset: { id, mapping } }, error) => [
        id,
        error instanceof CutOff
          ? new Map()
          : this.#faults.of({ datasetId: id, host: mapping.primary.host }, 'Estimating its repair', error),
      ],
    )
    return new Map(found)
  }

  /** One by one, each within its own boundary. */
  async #eachOf(cases: readonly Case[], doing: string, work: (each: Case) => Promise<Case>): Promise<readonly Case[]> {
    const done: Case[] = []
    for (const each of cases) {
      if (each.fault !== null || each.cut === true) {
        done.push(each)
        continue
      }
      try {
        done.push(await work(each))
      } catch (error) {
        // Full, held or damaged: no dataset's fault, and nothing could be saved.
        if (isOfTheStore(error)) throw error
        done.push(this.#failedAt(each, doing, error))
      }
    }
    return done
  }

  #attempt(own: Case, doing: string, work: (own: Case) => Case): Case {
    if (own.fault !== null || own.cut === true) return own
    try {
      return work(own)
    } catch (error) {
      return this.#failedAt(own, doing, error)
    }
  }

  #failedAt(own: Case, doing: string, error: unknown): Case {
    const { id, mapping } = own.dataset
    return failed(own, this.#faults.of({ datasetId: id, host: mapping.primary.host }, doing, error))
  }
}

function failed(own: Case, fault: LookFault): Case {
  return { ...own, fault, comparison: null, inventory: unread(own.inventory, fault) }
}

/** A look at a recursive root is a look at its children. Those that are gone are looked at no more. */
function withChildren(all: readonly Monitored[], datasets: readonly Monitored[]): readonly Monitored[] {
  const roots = new Set(datasets.filter(({ config }) => config.recursive).map(({ id }) => id))
  if (roots.size === 0) return datasets
  const asked = new Set(datasets.map(({ id }) => id))
  const children = all.filter(
    ({ id, parentId, retired }) => !retired && parentId !== null && roots.has(parentId) && !asked.has(id),
  )
  return [...datasets, ...children]
}
