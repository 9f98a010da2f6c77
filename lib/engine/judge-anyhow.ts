import { emptyMemory } from '#lib/replication/memory.ts'
import { planHash } from '#lib/replication/plan/expectation.ts'
import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Availability, JudgeInput, Memory } from '#lib/replication/types/verdict.ts'
import type { Assessment, EngineContext } from './context.ts'
import { unread, withInternal } from './internal-faults.ts'
import { type Estimate, type Judged, judgedOf, judgeOne, type Looked, planFor, zfsCommandOf } from './judge-one.ts'
import { notChecked } from './not-checked.ts'

/**
 * Judges and plans for one dataset, whatever fails in it. Where only the plan fails, the verdict stands beside the fault; where judging does, the
 * dataset counts as not read; and where even that cannot be said, what was last said of it is kept.
 */
export function judgeAnyhow(context: EngineContext, looked: Looked, estimate: Estimate | null): Assessment {
  const { dataset, inventory } = looked
  const at = { datasetId: dataset.id, host: dataset.mapping.primary.host }
  const { faults } = context
  let judged: Judged
  try {
    judged = judgedOf(context, looked, estimate)
  } catch (error) {
    const fault = faults.of(at, 'Judging it', error)
    const nothing = { dataset, inventory: unread(inventory, fault), comparison: null }
    try {
      return judgeOne(context, nothing, null)
    } catch (again) {
      faults.of(at, 'Judging it as not read', again)
      return lastResort(context, nothing, fault)
    }
  }
  try {
    return planFor(context, looked, judged, estimate)
  } catch (error) {
    return withFault(context, looked, judged, faults.of(at, 'Planning its repair', error))
  }
}

/** An assessment as it stands, after which something failed. */
export function assessedWith(context: EngineContext, assessment: Assessment, fault: LookFault): Assessment {
  return withFault(context, assessment, assessment, fault)
}

function withFault(context: EngineContext, looked: Looked, judged: Judged, fault: LookFault): Assessment {
  const { timezone } = context.deps.config().scheduler
  const { mapping } = looked.dataset
  const verdict = withInternal(judged.verdict, mapping, timezone, fault)
  return { ...looked, ...judged, verdict, ...noPlan(context, looked, judged, fault) }
}

/** What was last said, with the fault; BROKEN where it was, or where nothing was seen for longer than policy allows. */
function lastResort(context: EngineContext, looked: Looked, fault: LookFault): Assessment {
  const { dataset, inventory } = looked
  const { deps, states } = context
  const now = deps.now()
  const { mapping, config } = dataset
  const state = states.state(dataset.id)
  const memory = state?.memory ?? emptyMemory()
  const { timezone } = deps.config().scheduler
  const last = state?.verdict ?? notChecked(mapping, now, timezone)
  const seen = memory.last
  const since = seen === null ? null : (seen.oldestMissingSince ?? seen.at)
  const overdue = since !== null && now - since > config.policy.maxDelaySeconds * 1000
  const broken = overdue || seen?.health === 'BROKEN' || last.health === 'BROKEN'
  const verdict = withInternal(
    { ...last, health: broken ? 'BROKEN' : 'UNKNOWN', looked: false, judgedAt: now },
    mapping,
    timezone,
    fault,
  )
  const judged = { input: bareInput(context, { ...looked, inventory }, memory), verdict, memory }
  return { ...looked, ...judged, ...noPlan(context, looked, judged, fault) }
}

function noPlan(
  context: EngineContext,
  { dataset: { mapping }, inventory, comparison }: Looked,
  { input, verdict, memory }: Judged,
  fault: LookFault,
): Pick<Assessment, 'plan' | 'planInput' | 'estimated'> {
  const because = `The witness itself failed at this dataset: ${fault.message}.`
  const blocked = { code: 'INTERNAL', because, cure: `Search Logs for ${fault.number ?? 'INTERNAL'}.` }
  const plan: Omit<Plan, 'hash'> = {
    mapping,
    kind: 'IMPOSSIBLE',
    steps: [],
    destroys: [],
    setAside: null,
    checks: [],
    outcome: `Nothing can be repaired now. ${because}`,
    untouched: ['both sides'],
    notes: [],
    estimateBytes: null,
    estimateIsExact: false,
    expects: {
      primaryDatasetGuid: null,
      backupDatasetGuid: null,
      baseGuid: null,
      targetGuid: null,
      backupAfterBase: [],
      backupWritten: null,
      tokenDigest: null,
      beside: [],
      named: [],
    },
    automatic: {
      allowed: false,
      because,
      code: 'UNKNOWN_STATE',
      from: null,
      sentence: `Not by itself now. ${because}`,
    },
    blocked,
  }
  const { policy, now, timezone, repairs } = input
  const command = (host: string) => zfsCommandOf(context, host)
  const zfsCommands = { primary: command(mapping.primary.host), backup: command(mapping.backup.host) }
  const options = { now, timezone, zfsCommands, paused: false, repairs }
  const planInput = { mapping, policy, inventory, comparison, verdict, memory, options }
  return { plan: { hash: planHash(plan), ...plan }, planInput, estimated: false }
}

function bareInput(context: EngineContext, { dataset, inventory, comparison }: Looked, memory: Memory): JudgeInput {
  const config = context.deps.config()
  const always: Availability = { kind: 'expected', backAt: null, missedWindows: 0 }
  return {
    mapping: dataset.mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    memory,
    now: context.deps.now(),
    intervalSeconds: config.scheduler.intervalSeconds,
    primaryAvailability: always,
    backupAvailability: always,
    repairs: { consecutiveFailures: 0, sameTwice: false, last: null },
    isolated: false,
    behindBytes: null,
    backupIsPrimaryElsewhere: false,
    timezone: config.scheduler.timezone,
  }
}
