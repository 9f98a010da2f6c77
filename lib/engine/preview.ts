import { whatChanged } from '#lib/replication/plan/stale.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Assessor } from './assess.ts'
import { startsByItself } from './enqueue.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import { Refusal } from './refusal.ts'
import { type Bookings, roomFor } from './room.ts'
import type { Preview, PreviewOptions, RepairRequest } from './types.ts'
import type { Underway } from './underway.ts'

interface PreviewBy {
  readonly assessor: Assessor
  readonly knowledge: Knowledge
  readonly underway: Underway
  readonly now: () => number
}

/** Reads both sides in full and makes the plan that a person is to be shown. Writes nothing. */
export async function makePreview(
  by: PreviewBy,
  dataset: Monitored,
  { strategy, signal }: PreviewOptions,
): Promise<Plan> {
  const { assessor, underway } = by
  const assessment = await assessor.fresh(dataset, { runId: null, estimates: 'all', signal })
  if (assessment === null) throw new Error(`The look at ${dataset.id} did not answer for it.`)
  const plan = withSpace(
    underway.bookings,
    assessment,
    strategy === 'IN_PLACE' ? await assessor.inPlace(assessment, signal) : assessment.plan,
  )
  return { ...plan, automatic: startsByItself(by, { ...assessment, estimated: true }, plan) }
}

/** Space is known only with the estimate, so its tick comes last. */
function withSpace(bookings: Bookings, { dataset, inventory }: Assessment, plan: Plan): Plan {
  if (plan.steps.every((step) => step.kind !== 'transfer')) return plan
  const { fits, ask, sentence } = roomFor(bookings, dataset, plan, inventory)
  const state = fits ? ('ok' as const) : ask ? ('warning' as const) : ('failed' as const)
  const cure = fits || ask ? null : 'Free space in that pool, or lower `keep_free`.'
  const check = { id: 'space' as const, state, sentence, cure }
  const blocked = state === 'failed' ? { code: 'LOW_SPACE', because: sentence, cure: cure ?? '' } : null
  return { ...plan, checks: [...plan.checks, check], blocked: plan.blocked ?? blocked }
}

/**
 * The preview that a person chose, still true for the SANs as they are now. One that destroys needs the backup dataset's
 * name, typed, and a reason for the audit.
 * @throws Refusal PLAN_EXPIRED, NOTHING_TO_DO, HELD, CONFIRMATION_REQUIRED, PLAN_STALE
 */
export async function confirmedPreview(
  { assessor, now }: Pick<PreviewBy, 'assessor' | 'now'>,
  previews: PreviewBook,
  dataset: Monitored,
  { planId, confirm, reason }: RepairRequest & { readonly planId: string },
): Promise<Preview> {
  const about = { datasetId: dataset.id }
  const shown = previews.find(planId, dataset.id, now())
  if (shown === null || shown === 'expired') {
    const why =
      shown === null ? 'not known (plans end with the process and after ten minutes)' : 'older than ten minutes'
    throw new Refusal('PLAN_EXPIRED', `The plan ${planId} is ${why}; preview the repair again.`, about)
  }
  const { plan } = shown
  if (plan.kind === 'NOTHING') throw new Refusal('NOTHING_TO_DO', plan.outcome, about)
  if (plan.blocked !== null) throw new Refusal('HELD', `${plan.blocked.because} ${plan.blocked.cure}`.trim(), about)
  if (plan.destroys.length > 0) {
    const name = dataset.mapping.backup.dataset
    if (confirm !== name)
      throw new Refusal('CONFIRMATION_REQUIRED', `This plan destroys. It runs only when "confirm" is ${name}.`, about)
    if ((reason ?? '').trim() === '')
      throw new Refusal(
        'CONFIRMATION_REQUIRED',
        'This plan destroys. It runs only with a "reason", which is kept.',
        about,
      )
  }
  const assessment = await assessor.fresh(dataset, { runId: null, estimates: 'behind' })
  const changed =
    assessment === null
      ? 'it could not be read.'
      : whatChanged(plan.expects, assessment.inventory, assessment.comparison)
  if (changed !== null)
    throw new Refusal('PLAN_STALE', `The plan no longer matches the SANs: ${changed} Preview the repair again.`, about)
  return shown
}

const LIFETIME_MS = 10 * 60_000
const MOST = 500

/** Plans that were shown, kept in memory: after a restart a preview must be made anew, from a fresh look. */
export class PreviewBook {
  readonly #previews = new Map<string, Preview>()

  add(datasetId: string, plan: Plan, now: number): Preview {
    const preview = { planId: crypto.randomUUID(), datasetId, plan, madeAt: now, expiresAt: now + LIFETIME_MS }
    this.#previews.set(preview.planId, preview)
    const oldest = this.#previews.keys().next().value
    if (this.#previews.size > MOST && oldest !== undefined) this.#previews.delete(oldest)
    return preview
  }

  /** The preview, `expired` when its time is over, null when there is none of this id (or of another dataset). */
  find(planId: string, datasetId: string, now: number): Preview | 'expired' | null {
    const preview = this.#previews.get(planId)
    if (preview === undefined || preview.datasetId !== datasetId) return null
    return preview.expiresAt < now ? 'expired' : preview
  }
}
