import { basename } from 'node:path'
import { hasNewSnapshots } from '#lib/replication/foreign-activity.ts'
import { judge } from '#lib/replication/judge/judge.ts'
import { retiredReason } from '#lib/replication/judge/tree.ts'
import { emptyMemory, remember } from '#lib/replication/memory.ts'
import type { PlanInput } from '#lib/replication/plan/draft.ts'
import { planHash } from '#lib/replication/plan/expectation.ts'
import { plan, withEstimates } from '#lib/replication/plan/plan.ts'
import { reason } from '#lib/replication/sentences/reasons.ts'
import { isSettled } from '#lib/replication/tries.ts'
import type { Comparison, Inventory, LookFault, Mapping } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Availability, JudgeInput, Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { wordsFor } from '#lib/replication/words.ts'
import type { Circumstances, Standing } from './circumstances.ts'
import { type StepBytes, secondsFor, seedIsOutrun } from './estimate.ts'
import { type InternalFaults, unread, withInternal } from './internal-faults.ts'
import type { Assessment } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import { isOwnToken, repairHistory, sentGuids } from './repair-history.ts'
import type { Strategy } from './types.ts'

/** One dataset as it was read. */
export interface Seen {
  readonly dataset: Monitored
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

interface Estimate {
  readonly bytes: number | null
  readonly steps: StepBytes
}

/** A verdict with what it rests on. */
type Judged = Pick<Assessment, 'input' | 'verdict' | 'memory'>

interface JudgedBy {
  readonly faults: InternalFaults
  readonly standing: Standing
  /** May throw: what is remembered may be anything that an earlier version has written. */
  readonly circumstances: (seen: Seen) => Circumstances
}

/**
 * Judges and plans for one dataset, whatever fails in it. Where only the plan fails, the verdict stays, with the fault beside
 * it; where judging does, the dataset counts as not read; and where even that cannot be said, what was last said of it is kept.
 */
export function judgeAnyhow(seen: Seen, estimate: Estimate | null, by: JudgedBy): Assessment {
  const { faults, standing, circumstances } = by
  const { dataset, inventory } = seen
  const at = { datasetId: dataset.id, host: dataset.mapping.primary.host }
  let around: Circumstances
  let judged: Judged
  try {
    around = circumstances(seen)
    judged = judgedOf(seen, around, estimate)
  } catch (error) {
    const fault = faults.of(at, 'Judging it', error)
    const nothing = { dataset, inventory: unread(inventory, fault), comparison: null }
    try {
      return judgeOne(nothing, circumstances(nothing), null)
    } catch (again) {
      faults.of(at, 'Judging it as not read', again)
      return lastResort(nothing, standing, fault)
    }
  }
  try {
    return planFor(seen, judged, around, estimate)
  } catch (error) {
    return withFault({ ...seen, ...judged }, standing, faults.of(at, 'Planning its repair', error))
  }
}

/** Judges and plans for one dataset. Pure: everything that it goes by is in what it is given. */
export function judgeOne(
  seen: Seen,
  around: Circumstances,
  estimate: Estimate | null,
  strategy?: Strategy,
): Assessment {
  return planFor(seen, judgedOf(seen, around, estimate), around, estimate, strategy)
}

function judgedOf({ dataset, inventory, comparison }: Seen, around: Circumstances, estimate: Estimate | null): Judged {
  const { now, memory, line, runs, repair } = around
  const { token } = inventory
  // The run that is under way left this token itself, a moment ago: it is ours, and no reason to wait.
  const ours = repair === null ? runs : [repair, ...runs]
  const coming = token === null ? undefined : 'toGuid' in token ? token.toGuid : token.target
  const ownToken = coming !== undefined && isOwnToken(ours, coming)
  const history = repairHistory(runs, memory.settledRun)
  const settles = isSettled(history, inventory, comparison)
  const settledRun = settles ? Number(history.last?.runId) : memory.settledRun
  const { filterLines } = dataset.config
  const input: JudgeInput = {
    mapping: dataset.mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    memory,
    ...(line === undefined ? {} : { line }),
    now,
    intervalSeconds: around.intervalSeconds,
    primaryAvailability: around.primaryAvailability,
    backupAvailability: around.backupAvailability,
    repairs: settles ? repairHistory(runs, settledRun) : history,
    ...(settledRun === undefined ? {} : { settledRun }),
    witness: around.witness,
    isolated: around.isolated,
    behindBytes: estimate?.bytes ?? null,
    filterAt: { include: placeOf(dataset, filterLines.include), exclude: placeOf(dataset, filterLines.exclude) },
    backupIsPrimaryElsewhere: around.backupIsPrimaryElsewhere,
    timezone: around.timezone,
    retired: dataset.retired,
    isChild: dataset.parentId !== null,
    tree: around.tree,
    acknowledgedAt: around.acknowledgedAt,
    ...(around.below === undefined ? {} : { below: around.below }),
    ownToken,
    ownGuids: hasNewSnapshots({ inventory, memory }) ? sentGuids(ours) : undefined,
    previous: around.previous,
    backlogSeconds: secondsFor(estimate?.bytes ?? null, around.rate),
  }
  const verdict = judge(input)
  return { input, verdict, memory: remember(input, verdict) }
}

function planFor(
  { dataset, inventory, comparison }: Seen,
  judged: Judged,
  around: Circumstances,
  estimate: Estimate | null,
  strategy: Strategy = 'SET_ASIDE',
): Assessment {
  const { input, verdict } = judged
  const { now, memory, line, ownToken } = input
  const { timezone, zfsCommands, witness, paused, pausedUntil, seldomOnline, treeHeld, rate } = around
  const planInput: PlanInput = {
    mapping: dataset.mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    verdict,
    memory,
    ...(line === undefined ? {} : { line }),
    options: {
      now,
      timezone,
      zfsCommands,
      witness,
      paused,
      pausedUntil,
      seldomOnline,
      repairs: input.repairs,
      ownToken,
      oldestWouldNotSurvive: seedIsOutrun(input, rate),
      seedSeconds: secondsFor(inventory.primary.state === 'present' ? inventory.primary.facts.referenced : null, rate),
      strategy,
      treeHeld,
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

/** An assessment, after which something of the witness itself failed. */
export function withFault(
  assessment: Seen & Judged,
  standing: Pick<Standing, 'timezone' | 'zfsCommands'>,
  fault: LookFault,
): Assessment {
  const { timezone, zfsCommands } = standing
  const verdict = withInternal(assessment.verdict, assessment.dataset.mapping, timezone, fault)
  return { ...assessment, verdict, ...noPlan(assessment, zfsCommands, fault) }
}

/** What was last said, with the fault; BROKEN where it was, or where nothing was seen for longer than policy allows. */
function lastResort(seen: Seen, standing: Standing, fault: LookFault): Assessment {
  const { now, timezone, state, zfsCommands } = standing
  const { mapping, config } = seen.dataset
  const memory = state?.memory ?? emptyMemory()
  const last = state?.verdict ?? notChecked(mapping, now, timezone)
  const { last: at } = memory
  const since = at === null ? null : (at.oldestMissingSince ?? at.at)
  const overdue = since !== null && now - since > config.policy.maxDelaySeconds * 1000
  const broken = overdue || at?.health === 'BROKEN' || last.health === 'BROKEN'
  const verdict = withInternal(
    { ...last, health: broken ? 'BROKEN' : 'UNKNOWN', looked: false, judgedAt: now },
    mapping,
    timezone,
    fault,
  )
  const judged = { input: bareInput(seen, standing, memory), verdict, memory }
  return { ...seen, ...judged, ...noPlan({ ...seen, ...judged }, zfsCommands, fault) }
}

function noPlan(
  { dataset: { mapping }, inventory, comparison, input, verdict, memory }: Seen & Judged,
  zfsCommands: Standing['zfsCommands'],
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
  const options = { now, timezone, zfsCommands, paused: false, repairs }
  const planInput = { mapping, policy, inventory, comparison, verdict, memory, options }
  return { plan: { hash: planHash(plan), ...plan }, planInput, estimated: false }
}

function bareInput({ dataset, inventory, comparison }: Seen, standing: Standing, memory: Memory): JudgeInput {
  const always: Availability = { kind: 'expected', backAt: null, missedWindows: 0 }
  return {
    mapping: dataset.mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    memory,
    now: standing.now,
    intervalSeconds: standing.longestIntervalSeconds,
    primaryAvailability: always,
    backupAvailability: always,
    repairs: { consecutiveFailures: 0, sameTwice: false, last: null },
    isolated: false,
    behindBytes: null,
    backupIsPrimaryElsewhere: false,
    timezone: standing.timezone,
  }
}

/** The verdict of a dataset that was not checked yet: unknown, and it says so. */
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

/** What is said of a child that is gone. It is not looked at: there is nothing about it that could be late. */
export function retiredVerdict(
  dataset: Monitored,
  { memory, now, timezone }: { readonly memory: Memory | null; readonly now: number; readonly timezone: string },
): Verdict {
  const last = memory?.last ?? null
  const words = wordsFor(dataset.mapping, timezone)
  const main = retiredReason(
    { reason: (code, evidence) => reason(words, code, evidence) },
    { at: dataset.retiredAt ?? null, backup: dataset.backupGone !== true },
  )
  return {
    health: 'HEALTHY',
    reason: main,
    reasons: [main],
    delaySeconds: null,
    lagSeconds: null,
    behind: null,
    newestCommon: last?.newestCommon ?? null,
    newestPrimary: null,
    newestBackup: last?.newestBackup ?? null,
    oldestMissing: null,
    looked: false,
    lastLookAt: last?.at ?? null,
    judgedAt: now,
  }
}
