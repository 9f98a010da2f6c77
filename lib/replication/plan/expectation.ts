import { byCreatetxg } from '../order.ts'
import { tokenDigest } from '../token.ts'
import type { Comparison, Expectation, Inventory, PresentSide, Tried } from '../types.ts'
import type { PlanDraft, PlanInput } from './draft.ts'

/** The facts that the plan rests on, and no others: what else comes or goes on the primary does not matter. */
export function expectationOf({ inventory, comparison }: PlanInput, draft: PlanDraft): Expectation {
  return {
    ...factsNow(inventory, comparison),
    targetGuid: draft.targetGuid,
    beside: draft.beside ?? [],
    named: unique(draft.named),
  }
}

/** What a plan that is made now would rest on. */
export function factsNow(inventory: Inventory, comparison: Comparison | null): Tried['facts'] {
  const primary = presentOf(inventory.primary)
  const backup = presentOf(inventory.backup)
  const baseGuid = comparison?.base?.guid ?? null
  return {
    primaryDatasetGuid: primary?.facts.guid ?? null,
    backupDatasetGuid: backup?.facts.guid ?? null,
    baseGuid,
    backupAfterBase: backup === null ? [] : guidsAfter(backup, baseGuid),
    backupWritten: backup?.facts.written ?? null,
    tokenDigest: digestOf(backup),
  }
}

/** Guids of the backup's snapshots newer than one of them, oldest first; all of them where it is not there or null. */
export function guidsAfter(backup: PresentSide, guid: string | null): readonly string[] {
  const txg = backup.snapshots.find((entry) => entry.guid === guid)?.createtxg
  return byCreatetxg(backup.snapshots)
    .filter((entry) => txg === undefined || entry.createtxg > txg)
    .map((entry) => entry.guid)
}

export function digestOf(backup: PresentSide | null): string | null {
  const token = backup?.facts.receiveResumeToken ?? null
  return token === null ? null : tokenDigest(token)
}

export function presentOf(side: Inventory['primary']): PresentSide | null {
  return side.state === 'present' ? side : null
}

/** The end of one hop is the start of the next: each is asked for once. */
function unique(named: Expectation['named']): Expectation['named'] {
  return [...new Map(named.map((each) => [`${each.kind} ${each.guid}`, each])).values()]
}
