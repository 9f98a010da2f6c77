import { whatChanged } from '#lib/replication/plan/stale.ts'
import { assess } from './assess.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'
import type { Preview, PreviewBook } from './preview-book.ts'
import { Refusal } from './refusal.ts'
import type { RepairRequest } from './types.ts'

/**
 * The preview that a person chose, still true for the SANs as they are now. One that destroys needs the backup dataset's
 * name, typed, and a reason for the audit.
 * @throws Refusal PLAN_EXPIRED, NOTHING_TO_DO, HELD, CONFIRMATION_REQUIRED, PLAN_STALE
 */
export async function confirmedPreview(
  context: EngineContext,
  previews: PreviewBook,
  dataset: Monitored,
  { planId, confirm, reason }: RepairRequest & { readonly planId: string },
): Promise<Preview> {
  const about = { datasetId: dataset.id }
  const shown = previews.find(planId, dataset.id, context.deps.now())
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
  const all = await assess(context, [dataset], { mode: 'fresh', runId: null, estimates: 'behind' })
  const assessment = all.find((each) => each.dataset.id === dataset.id)
  const changed =
    assessment === undefined
      ? 'it could not be read.'
      : whatChanged(plan.expects, assessment.inventory, assessment.comparison)
  if (changed !== null)
    throw new Refusal('PLAN_STALE', `The plan no longer matches the SANs: ${changed} Preview the repair again.`, about)
  return shown
}
