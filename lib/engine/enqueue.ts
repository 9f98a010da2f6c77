import type { RunRecord } from '#lib/db/types.ts'
import type { PlanKind } from '#lib/replication/types.ts'
import type { Assessment, EngineContext } from './context.ts'
import { Refusal } from './refusal.ts'
import { type Repairs, timeLeft } from './repairs.ts'
import { roomFor } from './room.ts'

/** Queues the repair that policy allows. @returns null when it is queued, else why not. */
export async function enqueueAllowed(
  context: EngineContext,
  repairs: Repairs,
  assessment: Assessment,
  scan: RunRecord,
): Promise<string | null> {
  const { dataset, plan } = assessment
  const parent = unreadyParent(context, assessment)
  if (parent !== null) return `waits until ${parent} on ${dataset.mapping.backup.host} is repaired`
  const room = roomFor(context, dataset, plan, assessment.inventory)
  if (!room.fits) return room.sentence
  try {
    await repairs.accept(dataset, {
      shown: null,
      planId: null,
      plan,
      automatic: true,
      trigger: scan.trigger,
      reason: `Policy (auto_repair), found by run ${scan.id}.`,
      timeLeftSeconds: timeLeft(assessment),
    })
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

/** What a parent needs first: it is missing, or it is about to change its place with everything below it. */
const PARENT_FIRST: ReadonlySet<PlanKind> = new Set(['SEED', 'SET_ASIDE_REWIND', 'SET_ASIDE_RESEED', 'FINISH_SWAP'])

/** A failed parent holds its children back; the end of its repair looks at them again. */
function unreadyParent(context: EngineContext, { dataset, inventory }: Assessment): string | null {
  if (dataset.parentId === null) return null
  const { host, dataset: name } = inventory.mapping.backup
  const above = name.slice(0, name.lastIndexOf('/'))
  const parent = context
    .datasets()
    .find(({ mapping }) => mapping.backup.host === host && mapping.backup.dataset === above)
  const plan = parent === undefined ? null : (context.newest(parent.id)?.plan ?? null)
  return plan !== null && PARENT_FIRST.has(plan.kind) ? above : null
}
