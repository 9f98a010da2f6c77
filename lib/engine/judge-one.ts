import { basename } from 'node:path'
import type { OnlinePolicy } from '#config/effective.ts'
import { hasNewSnapshots } from '#lib/replication/foreign-activity.ts'
import { judge } from '#lib/replication/judge/judge.ts'
import { emptyMemory, remember } from '#lib/replication/memory.ts'
import { type PlanInput, plan, withEstimates } from '#lib/replication/plan/plan.ts'
import { isSettled } from '#lib/replication/tries.ts'
import type { Comparison, Inventory } from '#lib/replication/types/inventory.ts'
import type { Availability, JudgeInput } from '#lib/replication/types/verdict.ts'
import { availability } from '#lib/replication/windows.ts'
import type { Assessment, EngineContext } from './context.ts'
import { cadenceAt } from './deps.ts'
import type { StepBytes } from './estimate.ts'
import type { Monitored } from './monitored.ts'
import { secondsFor, seedIsOutrun } from './past-rate.ts'
import { isOwnToken, repairHistory, sentGuids } from './repair-history.ts'
import { acknowledgedAt, belowOf, treeOf } from './tree.ts'

export interface Looked {
  readonly dataset: Monitored
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

export interface Estimate {
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
export type Judged = Pick<Assessment, 'input' | 'verdict' | 'memory'>

export function judgedOf(
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

export function planFor(
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
