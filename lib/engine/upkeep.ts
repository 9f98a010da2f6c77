import { stallAnchor } from '#lib/replication/chain.ts'
import { anchorSteps, releaseStep, seedStands, seedTag } from '#lib/replication/plan/assemble.ts'
import type { PresentSide } from '#lib/replication/types/inventory.ts'
import type { Step } from '#lib/replication/types/plan.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { Assessor } from './assess.ts'
import type { InternalFaults } from './internal-faults.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { EngineDeps } from './ports.ts'
import { isOfTheStore } from './remembered.ts'
import type { RunWriter } from './run-record.ts'
import { runStep, type StepEnd } from './run-step.ts'
import type { Underway } from './underway.ts'

interface UpkeepBy {
  readonly deps: EngineDeps
  readonly knowledge: Knowledge
  readonly underway: Underway
  readonly assessor: Assessor
  readonly faults: InternalFaults
}

/**
 * What a scan writes to primaries without a repair: anchors for chains that stand still, and the release of holds that a first
 * transfer has left. Each is an action of the scan, which is kept with the audit trail then.
 */
export class Upkeep {
  readonly #by: UpkeepBy
  /** Snapshots for which an anchor could not be made, by dataset: reported once. */
  readonly #notAnchored = new Map<string, Guid>()
  /** Holds on primaries that were asked about, by dataset: the guids and how many holds each has. */
  readonly #asked = new Map<string, string>()

  constructor(by: UpkeepBy) {
    this.#by = by
  }

  /**
   * Bookmarks on the primaries for chains that stand still while no repair is about to bring them on. One that could not be
   * made is reported once for its snapshot, not at every scan.
   */
  async anchorStalled(
    assessments: readonly Assessment[],
    writer: RunWriter,
    signal: AbortSignal,
  ): Promise<{ readonly made: number; readonly failed: number }> {
    this.#retain(this.#notAnchored)
    const anchored: string[] = []
    let failed = 0
    for (const assessment of assessments) {
      try {
        const made = signal.aborted ? null : await this.#anchor(assessment, writer, signal)
        if (made === true) anchored.push(assessment.dataset.id)
        if (made === false) failed++
      } catch (error) {
        await this.#failed(assessment, 'Anchoring its chain', error)
        failed++
      }
    }
    // A bookmark does not change what a listing is kept by, so only a full one shows it.
    await this.#readAgain(anchored, writer, signal)
    return { made: anchored.length, failed }
  }

  /**
   * Holds that the run of a first transfer has left on a primary, because it was killed or its end could not be seen. They
   * stay while there is something that can go on; else a check releases them. What is held is in the listing, by whom is
   * asked once for each set of holds. @returns how many datasets were released
   */
  async releaseLeft(assessments: readonly Assessment[], writer: RunWriter, signal: AbortSignal): Promise<number> {
    this.#retain(this.#asked)
    const released: string[] = []
    for (const assessment of assessments) {
      try {
        if (!signal.aborted && (await this.#release(assessment, writer, signal))) released.push(assessment.dataset.id)
      } catch (error) {
        await this.#failed(assessment, 'Releasing what a first transfer has held', error)
      }
    }
    // A hold does not change what a listing is kept by, so only a full one shows that it is gone.
    await this.#readAgain(released, writer, signal)
    return released.length
  }

  /** Whether one was made; null: none was wanted, or it was stopped. */
  async #anchor(assessment: Assessment, writer: RunWriter, signal: AbortSignal): Promise<boolean | null> {
    const { log } = this.#by.deps
    const { id, mapping } = assessment.dataset
    const step = this.#anchorFor(assessment)
    if (step === null) return null
    await writer.writesToSan()
    const end = await this.#run(step, assessment, writer, signal)
    const at = { runId: writer.run.id, datasetId: id, host: mapping.primary.host }
    if (end.ended === 'cancelled') return null
    if (end.ended === 'done' && end.warnings.length === 0) {
      log.info(`${step.title}: nothing newer arrives on the backup.`, at)
      return true
    }
    this.#notAnchored.set(id, step.snapshot.guid)
    log.warn(end.warnings[0] ?? `${step.title} did not work.`, at)
    return false
  }

  #anchorFor(assessment: Assessment): Extract<Step, { kind: 'bookmark' }> | null {
    const { deps, knowledge, underway } = this.#by
    const { dataset, inventory, comparison, verdict, memory, input, planInput } = assessment
    const { primary } = inventory
    const { policy } = dataset.config
    const now = deps.now()
    if (primary.state !== 'present' || underway.isRepairing(dataset.id)) return null
    if (knowledge.states.isPaused(dataset, now)) return null
    const { intervalSeconds } = input
    const snapshot = stallAnchor({ policy, inventory, comparison, verdict, memory, now, intervalSeconds })
    if (snapshot === null || this.#notAnchored.get(dataset.id) === snapshot.guid) return null
    const [draft] = anchorSteps(planInput, primary satisfies PresentSide, [snapshot]).steps
    return draft === undefined ? null : { ...draft, n: 1 }
  }

  async #release(assessment: Assessment, writer: RunWriter, signal: AbortSignal): Promise<boolean> {
    const { deps, knowledge, underway } = this.#by
    const { dataset, inventory, planInput } = assessment
    const { id, mapping, config } = dataset
    const { primary } = inventory
    if (primary.state !== 'present' || config.policy.dryRun) return false
    if (knowledge.states.isPaused(dataset, deps.now())) return false
    const some = primary.snapshots.filter(({ holds }) => holds > 0)
    const key = some.map(({ guid, holds }) => `${guid} ${holds}`).join('\n')
    if (some.length === 0) this.#asked.delete(id)
    if (some.length === 0 || this.#asked.get(id) === key) return false
    if (underway.isRepairing(id) || seedStands(inventory)) return false
    const { host, dataset: name } = mapping.primary
    const names = some.map((entry) => `${name}@${entry.name}`)
    const ours = await deps.sans.heldBy(host, seedTag(mapping), names, signal)
    if (ours === null) return false
    // Others' are asked about once; one of ours that cannot be released is reported once.
    this.#asked.set(id, key)
    if (ours.length === 0) return false
    const step = { ...releaseStep(planInput, ours), n: 1 }
    await writer.writesToSan()
    const end = await this.#run(step, assessment, writer, signal)
    const [warning] = end.warnings
    const at = { runId: writer.run.id, datasetId: id, host }
    if (warning !== undefined) deps.log.warn(warning, at)
    else deps.log.info(`${step.title}: no first transfer needs it any more.`, at)
    return end.ended === 'done' && warning === undefined
  }

  #run(
    step: Extract<Step, { kind: 'bookmark' | 'commands' }>,
    { dataset }: Assessment,
    writer: RunWriter,
    signal: AbortSignal,
  ): Promise<StepEnd> {
    return runStep(step, {
      deps: this.#by.deps,
      writer,
      datasetId: dataset.id,
      bandwidthLimit: null,
      signal,
      pool: { name: '', keepFree: dataset.config.policy.keepFree },
      stopAt: null,
      onBytes: () => {},
    })
  }

  async #failed(assessment: Assessment, doing: string, error: unknown): Promise<void> {
    if (isOfTheStore(error)) throw error
    const { id, mapping } = assessment.dataset
    const fault = this.#by.faults.of({ datasetId: id, host: mapping.primary.host }, doing, error)
    await this.#by.knowledge.addFault(assessment, fault)
  }

  async #readAgain(ids: readonly string[], writer: RunWriter, signal: AbortSignal): Promise<void> {
    const { knowledge, assessor } = this.#by
    const again = ids.flatMap((id) => knowledge.dataset(id) ?? [])
    if (again.length > 0)
      await assessor.assess(again, { mode: 'fresh', runId: writer.run.id, estimates: 'behind', signal })
  }

  /** Of datasets that are gone nothing is held. */
  #retain(kept: Map<string, unknown>): void {
    for (const id of kept.keys()) if (!this.#by.knowledge.isMonitored(id)) kept.delete(id)
  }
}
