import { basename } from 'node:path'
import type { OnlinePolicy } from '#config/effective.ts'
import { hasNewSnapshots } from '#lib/replication/foreign-activity.ts'
import { judge } from '#lib/replication/judge/judge.ts'
import { emptyMemory, remember } from '#lib/replication/memory.ts'
import { planHash } from '#lib/replication/plan/expectation.ts'
import { type PlanInput, plan, withEstimates } from '#lib/replication/plan/plan.ts'
import { reason } from '#lib/replication/sentences/reasons.ts'
import { isSettled } from '#lib/replication/tries.ts'
import type { Comparison, Inventory, LookFault, Mapping } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Availability, JudgeInput, Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { availability } from '#lib/replication/windows.ts'
import { wordsFor } from '#lib/replication/words.ts'
import type { Assessment, EngineContext } from './context.ts'
import { type StepBytes, secondsFor, seedIsOutrun } from './estimate.ts'
import { unread, withInternal } from './internal-faults.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt } from './ports.ts'
import { isOwnToken, repairHistory, sentGuids } from './repair-history.ts'
import { acknowledgedAt, belowOf, treeOf } from './tree.ts'

export interface Looked {
  readonly dataset: Monitored
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

interface Estimate {
  readonly bytes: number | null
  readonly steps: StepBytes
}

/** Judges and plans for one dataset from what was read, what is remembered, and the clock. No await in here. */
export function judgeOne(
  context: EngineContext,
  looked: Looked,
  estimate: Estimate | null,
  strategy: 'SET_ASIDE' | 'IN_PLACE' = 'SET_ASIDE',
): Assessment {
  return planFor(context, looked, judgedOf(context, looked, estimate), estimate, strategy)
}

/** A verdict with what it rests on. */
type Judged = Pick<Assessment, 'input' | 'verdict' | 'memory'>

function judgedOf(
  context: EngineContext,
  { dataset, inventory, comparison }: Looked,
  estimate: Estimate | null,
): Judged {
  const { deps, states, repairs } = context
  const config = deps.config()
  const now = deps.now()
  const memory = states.state(dataset.id)?.memory ?? emptyMemory()
  const { mapping } = dataset
  const runs = repairs.of(dataset.id)
  const { token } = inventory
  // The run that is under way left this token itself, a moment ago: nobody else's, and no reason to wait.
  const active = context.repairing.get(dataset.id)
  const ours = active === undefined ? runs : [active(), ...runs]
  const coming = token === null ? undefined : 'toGuid' in token ? token.toGuid : token.target
  const ownToken = coming !== undefined && isOwnToken(ours, coming)
  const history = repairHistory(runs, memory.settledRun)
  const settles = isSettled(history, inventory, comparison)
  const settledRun = settles ? Number(history.last?.runId) : memory.settledRun
  const { filterLines } = dataset.config
  const line = context.lines.of(inventory)
  const input: JudgeInput = {
    mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    memory,
    ...(line === undefined ? {} : { line }),
    now,
    intervalSeconds: cadenceAt(deps, now).intervalSeconds,
    primaryAvailability: availabilityOf(context, mapping.primary.host, now, null),
    backupAvailability: availabilityOf(context, mapping.backup.host, now, memory.backupSeenAt),
    repairs: settles ? repairHistory(runs, settledRun) : history,
    ...(settledRun === undefined ? {} : { settledRun }),
    witness: deps.store.witnessId,
    isolated: context.isIsolated(),
    behindBytes: estimate?.bytes ?? null,
    filterAt: { include: placeOf(dataset, filterLines.include), exclude: placeOf(dataset, filterLines.exclude) },
    backupIsPrimaryElsewhere: context.isPrimary(mapping.backup.host, mapping.backup.dataset),
    timezone: config.scheduler.timezone,
    retired: dataset.retired,
    isChild: dataset.parentId !== null,
    tree: treeOf(context, dataset),
    acknowledgedAt: acknowledgedAt(context, dataset),
    ...belowOf(context, dataset, inventory),
    ownToken,
    ownGuids: hasNewSnapshots({ inventory, memory }) ? sentGuids(ours) : undefined,
    previous: context.newest(dataset.id)?.inventory ?? null,
    backlogSeconds: secondsFor(context, dataset, estimate?.bytes ?? null),
  }
  const verdict = judge(input)
  return { input, verdict, memory: remember(input, verdict) }
}

function planFor(
  context: EngineContext,
  { dataset, inventory, comparison }: Looked,
  judged: Judged,
  estimate: Estimate | null,
  strategy: 'SET_ASIDE' | 'IN_PLACE' = 'SET_ASIDE',
): Assessment {
  const { deps, states } = context
  const { input, verdict } = judged
  const { now, memory, line, ownToken } = input
  const { mapping } = dataset
  const config = deps.config()
  const planInput: PlanInput = {
    mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    verdict,
    memory,
    ...(line === undefined ? {} : { line }),
    options: {
      now,
      timezone: config.scheduler.timezone,
      zfsCommands: {
        primary: zfsCommandOf(context, mapping.primary.host),
        backup: zfsCommandOf(context, mapping.backup.host),
      },
      witness: deps.store.witnessId,
      paused: states.isPaused(dataset, now),
      pausedUntil: states.pausedUntil(dataset, now),
      seldomOnline: [mapping.primary.host, mapping.backup.host].some(
        (host) => onlineOf(context, host).kind !== 'always',
      ),
      repairs: input.repairs,
      ownToken,
      oldestWouldNotSurvive: seedIsOutrun(context, dataset, input),
      seedSeconds: secondsFor(
        context,
        dataset,
        inventory.primary.state === 'present' ? inventory.primary.facts.referenced : null,
      ),
      strategy,
      treeHeld: context.trees.of(context, dataset),
      filterAt: input.filterAt,
      dryRunAt: placeOf(dataset, dataset.config.dryRunLine),
    },
  }
  const made = plan(planInput)
  return {
    dataset,
    inventory,
    comparison,
    ...judged,
    plan: estimate === null ? made : withEstimates(made, estimate.steps),
    planInput,
    estimated: estimate !== null && estimate.steps.size > 0,
  }
}

/** Where something is written in the configuration; null: nowhere. */
function placeOf({ config: { at } }: Monitored, line: number | null): string | null {
  return line === null ? null : `${basename(at.file)} line ${line}`
}

function availabilityOf(context: EngineContext, host: string, now: number, seenAt: number | null): Availability {
  return availability(onlineOf(context, host), now, context.deps.config().scheduler.timezone, seenAt)
}

function onlineOf(context: EngineContext, host: string): OnlinePolicy {
  return context.deps.config().hosts.get(host)?.online ?? { kind: 'always' }
}

export function zfsCommandOf(context: EngineContext, host: string): readonly string[] {
  return context.deps.config().hosts.get(host)?.zfsCommand ?? ['zfs']
}

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

/** The verdict of a dataset that nobody has looked at yet: unknown, and it says so. */
export function notChecked(mapping: Mapping, now: number, timezone: string): Verdict {
  const main = reason(wordsFor(mapping, timezone), 'NOT_CHECKED', {
    host: mapping.backup.host,
    kind: 'never',
    message: '',
    lastLookAt: null,
    lastHealth: null,
  })
  return {
    health: 'UNKNOWN',
    reason: main,
    reasons: [main],
    delaySeconds: null,
    lagSeconds: null,
    behind: null,
    newestCommon: null,
    newestPrimary: null,
    newestBackup: null,
    oldestMissing: null,
    looked: false,
    lastLookAt: null,
    judgedAt: now,
  }
}
