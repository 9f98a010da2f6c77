import type { RunRecord } from '#lib/db/types.ts'
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
  const parent = missingParent(context, assessment)
  if (parent !== null) return `waits until ${parent} exists on ${dataset.mapping.backup.host}`
  const room = roomFor(context, dataset, plan, assessment.inventory.backupPool)
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

/** A child's first seed needs its parent's backup; that one comes first and its end looks at the children again. */
function missingParent(context: EngineContext, { dataset, inventory }: Assessment): string | null {
  if (dataset.parentId === null || inventory.backup.state !== 'missing') return null
  const above = inventory.mapping.backup.dataset.slice(0, inventory.mapping.backup.dataset.lastIndexOf('/'))
  const parent = context
    .datasets()
    .find(({ mapping }) => mapping.backup.host === inventory.mapping.backup.host && mapping.backup.dataset === above)
  return parent !== undefined && context.newest(parent.id)?.inventory.backup.state === 'missing' ? above : null
}
