import type { Plan } from '#lib/replication/types/plan.ts'

/** A plan that was shown to somebody. It can be run by its id until it expires. Times are epoch milliseconds. */
export interface Preview {
  readonly planId: string
  readonly datasetId: string
  readonly plan: Plan
  readonly madeAt: number
  readonly expiresAt: number
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
