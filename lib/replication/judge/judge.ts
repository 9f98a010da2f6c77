import { riskFrom } from '../chain.ts'
import { anotherWitnessRule } from '../foreign-activity.ts'
import { healthOf, worstFirst } from '../sentences/reasons.ts'
import type { Reason, ReasonCode } from '../types/reason.ts'
import type { JudgeInput, Verdict } from '../types/verdict.ts'
import {
  backupRule,
  canmountRule,
  divergedRule,
  foreignRule,
  gapRule,
  inUseRule,
  partialRule,
  setAsideLimitRule,
  swapRule,
} from './backup.ts'
import { contextOf, type JudgeContext, type Rule } from './context.ts'
import { lagRule } from './lag.ts'
import { leftOutRule } from './left-out.ts'
import { unreachableReasons } from './looking.ts'
import { lostHistoryRule } from './lost-history.ts'
import { clocksRule, lineageRule, poolsRule, primaryRule, stalePrimaryRule } from './primary.ts'
import {
  bookmarkBaseRule,
  chainAtRiskRule,
  encryptionRule,
  repairsRule,
  repairWindowRule,
  rightsRule,
  spaceRule,
} from './repairs.ts'
import { rewrittenRule } from './rewritten.ts'
import { retiredReason, treeRule, withGrace } from './tree.ts'

/** Where both sides were seen. The order does not matter: the catalogue sorts. */
const RULES: readonly Rule[] = [
  swapRule,
  poolsRule,
  lineageRule,
  primaryRule,
  leftOutRule,
  backupRule,
  lagRule,
  inUseRule,
  anotherWitnessRule,
  divergedRule,
  encryptionRule,
  setAsideLimitRule,
  partialRule,
  foreignRule,
  bookmarkBaseRule,
  chainAtRiskRule,
  stalePrimaryRule,
  clocksRule,
  spaceRule,
  rightsRule,
  gapRule,
  canmountRule,
  repairWindowRule,
  treeRule,
]

/** Known where the primary alone was read, and as they were where it was not: someone who is at work there does not wait for the backup. */
const OF_PRIMARY: readonly Rule[] = [lostHistoryRule, rewrittenRule]
const CODES_OF_PRIMARY: ReadonlySet<ReasonCode> = new Set(['PRIMARY_LOST_HISTORY', 'PRIMARY_REWRITTEN'])

/** Is the backup as fresh as it should be, and if not, exactly why? Pure: the same input has the same verdict. */
export function judge(input: JudgeInput): Verdict {
  const context = contextOf(input)
  const reasons = worstFirst(reasonsOf(context))
  const main = reasons[0]
  if (main === undefined) {
    throw new Error(`No rule had anything to say of ${input.mapping.id}: every state needs at least one reason.`)
  }
  const { comparison, lag, looked } = context
  const last = input.memory.last
  return {
    health: healthOf(reasons) ?? (input.retired === true ? 'HEALTHY' : 'UNKNOWN'),
    reason: main,
    reasons,
    delaySeconds: lag.delaySeconds,
    lagSeconds: lag.lagSeconds,
    behind: lag.snapshots === null ? null : { snapshots: lag.snapshots, bytes: behindBytes(context) },
    newestCommon: comparison === null ? (last?.newestCommon ?? null) : comparison.newestCommon,
    newestPrimary: comparison === null ? (last?.newestPrimary ?? null) : comparison.newestPrimary,
    newestBackup: comparison === null ? (last?.newestBackup ?? null) : comparison.newestBackup,
    oldestMissing: lag.oldestMissing,
    looked,
    lastLookAt: looked ? input.inventory.readAt : (last?.at ?? null),
    judgedAt: input.now,
    ...chainRisk(context),
  }
}

function chainRisk({ input, primary, comparison, lag, looked }: JudgeContext): Pick<Verdict, 'chainRiskFrom'> {
  if (!looked || primary === null || comparison === null) return {}
  const from = riskFrom(input, primary, comparison, lag.delaySeconds)
  return from === null ? {} : { chainRiskFrom: from }
}

function reasonsOf(context: JudgeContext): readonly Reason[] {
  const { input, looked } = context
  if (input.retired === true) {
    const { state } = input.inventory.backup
    const backup = state === 'present' ? true : state === 'missing' ? false : null
    return [retiredReason(context, { at: null, backup })]
  }
  // What repairs met is known without looking at the SANs.
  const found = looked
    ? withGrace(
        context,
        RULES.flatMap((rule) => rule(context)),
      )
    : unreachableReasons(context)
  const ofPrimary = OF_PRIMARY.flatMap((rule) => rule(context))
  const met = repairsRule(context).filter((each) => !found.some((other) => other.code === each.code))
  return [...found.filter(({ code }) => !CODES_OF_PRIMARY.has(code)), ...ofPrimary, ...met]
}

function behindBytes({ lag, input }: JudgeContext): number | null {
  return lag.snapshots === 0 ? 0 : input.behindBytes
}
