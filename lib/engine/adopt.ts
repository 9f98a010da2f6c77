import type { Trigger } from '#lib/db/types.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { ReasonCode } from '#lib/replication/types/reason.ts'
import type { Monitored } from './monitored.ts'
import { Refusal } from './refusal.ts'
import type { Repairs } from './repairs.ts'
import type { DatasetView } from './types.ts'

/** What somebody read and decided: this primary is the one to follow, and its backup may make room. */
export interface Choice {
  readonly datasetId: string
  /** Of the plan that was shown; another one by now is not run. */
  readonly planHash: string
}

export interface AdoptRequest {
  readonly choices: readonly Choice[]
  readonly reason: string | null
  readonly trigger: Trigger
}

/** What became of one choice: the run that repairs it, or why there is none. */
export type Adopted =
  | { readonly datasetId: string; readonly runId: number; readonly refusal: null }
  | { readonly datasetId: string; readonly runId: null; readonly refusal: Refusal }

/** A dataset whose repair waits for that word, and the plan that would run. */
export interface Decision {
  readonly dataset: Monitored
  readonly plan: Plan
}

/**
 * Perhaps somebody works on the backup, the tree was destroyed, or the backup is the only good copy, as an earlier check
 * saw more on the primary: that is no matter of one word for many.
 */
const NOT_FOR_MANY: ReadonlySet<ReasonCode> = new Set([
  'BACKUP_IN_USE',
  'CHILDREN_GONE',
  'PRIMARY_LOST_HISTORY',
  'PRIMARY_REPLACED',
  'PRIMARY_REWOUND',
])

/** The plan that waits for nothing but a person's word, and destroys nothing; null where there is none. */
export function decisionOf({ plan, verdict, activeRun, dataset, pause }: DatasetView): Plan | null {
  if (plan === null || plan.automatic.code !== 'NEEDS_PERSON' || plan.blocked !== null) return null
  if (plan.steps.length === 0 || plan.destroys.length > 0 || plan.kind === 'IN_PLACE') return null
  // What becomes readable is read for each.
  if (plan.decrypts !== undefined) return null
  if (activeRun !== null || pause !== null || dataset.retired) return null
  return verdict.reasons.some(({ code }) => NOT_FOR_MANY.has(code)) ? null : plan
}

export interface AdoptParts {
  readonly repairs: Repairs
  /** @throws Refusal where there is no such dataset, or nobody may repair it now */
  readonly repairable: (id: string) => Monitored
  readonly view: (dataset: Monitored) => DatasetView
  readonly timeLeft: (dataset: Monitored) => number
}

/** Each choice for itself: what has changed since it was shown is left out, and said. */
export async function adopt(parts: AdoptParts, request: AdoptRequest): Promise<readonly Adopted[]> {
  const adopted: Adopted[] = []
  for (const choice of request.choices) {
    const { datasetId } = choice
    try {
      adopted.push({ datasetId, runId: await accept(parts, choice, request), refusal: null })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      adopted.push({ datasetId, runId: null, refusal: error })
    }
  }
  return adopted
}

async function accept(
  { repairs, repairable, view, timeLeft }: AdoptParts,
  { datasetId, planHash }: Choice,
  { reason, trigger }: AdoptRequest,
): Promise<number> {
  const dataset = repairable(datasetId)
  const plan = decisionOf(view(dataset))
  if (plan === null)
    throw new Refusal('NOTHING_TO_DO', `${datasetId} waits for no decision any more; see what it is now.`, {
      datasetId,
    })
  if (plan.hash !== planHash)
    throw new Refusal('PLAN_STALE', `The plan for ${datasetId} is another one by now; read it again.`, { datasetId })
  const { run } = await repairs.accept(dataset, {
    shown: plan,
    planId: null,
    plan,
    automatic: false,
    trigger,
    reason,
    timeLeftSeconds: timeLeft(dataset),
  })
  return run.id
}
