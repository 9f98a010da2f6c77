import type { RunRecord } from '#lib/db/types.ts'
import { type Around, automatic } from '#lib/replication/automatic.ts'
import type { Automatic, Plan, PlanKind } from '#lib/replication/types/plan.ts'
import { parentOf } from '#lib/zfs/names.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import { Refusal } from './refusal.ts'
import { repairHistory } from './repair-history.ts'
import { type RepairQueue, timeLeft } from './repair-queue.ts'
import { roomFor } from './room.ts'
import type { Underway } from './underway.ts'

/** What a plan alone does not show. */
interface AroundIt {
  readonly knowledge: Knowledge
  readonly underway: Underway
  readonly now: () => number
}

/**
 * May a repair start by itself at this moment: the plan of the last check, and what has happened since. A check queues
 * what this allows, and every surface shows it.
 */
export function startsByItself(
  { knowledge, underway, now: clock }: AroundIt,
  { dataset, inventory, planInput, estimated }: Pick<Assessment, 'dataset' | 'inventory' | 'planInput' | 'estimated'>,
  plan: Plan,
): Automatic {
  const { states } = knowledge
  const now = clock()
  const current = knowledge.dataset(dataset.id) ?? dataset
  const options = {
    ...planInput.options,
    now,
    paused: states.isPaused(current, now),
    pausedUntil: states.pausedUntil(current, now),
    repairs: repairHistory(knowledge.repairs.of(dataset.id), knowledge.memoryOf(dataset.id)?.settledRun),
  }
  const around: Around = {
    underWay: underWay(underway.repairOf(dataset.id)),
    parent: parentFirst(knowledge, underway, inventory),
    // A size that was not asked for yet is asked for by the check that may start the repair.
    room:
      plan.steps.length === 0 || (plan.estimateBytes === null && !estimated)
        ? null
        : roomFor(underway.bookings, dataset, plan, inventory),
  }
  return automatic({ ...planInput, options }, plan, around)
}

/** Queues a repair that may start by itself. @returns null when it is queued, else why not. */
export async function enqueueAllowed(
  repairs: RepairQueue,
  assessment: Assessment,
  scan: RunRecord,
): Promise<string | null> {
  const { dataset, plan } = assessment
  try {
    await repairs.accept(dataset, {
      shown: null,
      planId: null,
      plan,
      automatic: true,
      trigger: scan.trigger,
      reason:
        plan.kind === 'FINISH_SWAP'
          ? `A swap that was cut off, found by run ${scan.id}.`
          : `Policy (auto_repair), found by run ${scan.id}.`,
      timeLeftSeconds: timeLeft(assessment),
    })
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

function underWay(run: RunRecord | null): string | null {
  if (run === null) return null
  return run.state === 'QUEUED' ? `Run ${run.id} waits for its turn to repair it.` : `Run ${run.id} repairs it now.`
}

/** What changes the place of a dataset with everything below it, or makes it. */
const PARENT_FIRST: ReadonlySet<PlanKind> = new Set(['SEED', 'SET_ASIDE_REWIND', 'SET_ASIDE_RESEED', 'FINISH_SWAP'])

/**
 * An increment needs nothing of the dataset above it. A backup that is still to be made needs a place that stays; and
 * while the one above is being moved nothing below it begins. The end of its repair checks the children again.
 */
function parentFirst(knowledge: Knowledge, underway: Underway, inventory: Assessment['inventory']): string | null {
  const { host, dataset: name } = inventory.mapping.backup
  const above = parentOf(name)
  const parent = above === null ? null : knowledge.withBackup(host, above)
  if (parent === null) return null
  const run = underway.repairOf(parent.id)
  if (run !== null && (run.plan === null || PARENT_FIRST.has(run.plan.kind)))
    return `It waits for run ${run.id}, which repairs ${above} above it on ${host}.`
  const seen = knowledge.newest(parent.id)
  if (inventory.backup.state !== 'missing' || seen === null) return null
  if (seen.inventory.backup.state === 'missing' && hasNothing(seen.plan)) return null
  if (seen.inventory.backup.state === 'missing')
    return `It waits until ${above} is on ${host}, as its own backup is made below it (${parent.id}).`
  return PARENT_FIRST.has(seen.plan.kind)
    ? `It waits until ${above} on ${host} is repaired, as its own backup is made below it (${parent.id}).`
    : null
}

/** One without snapshots of its own is nothing to wait for: a place for it is made with the first that needs it. */
function hasNothing({ kind, blocked }: Plan): boolean {
  return kind === 'NOTHING' || (kind === 'IMPOSSIBLE' && blocked?.code === 'PRIMARY_EMPTY')
}
