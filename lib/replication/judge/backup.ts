import { poolOf } from '#lib/zfs/names.ts'
import { divergenceOf } from '../divergence.ts'
import { isRawLine } from '../encryption.ts'
import { clearNames } from '../plan/clear-names.ts'
import { clashFree } from '../plan/set-aside/clash-free.ts'
import { LISTED } from '../sentences/evidence.ts'
import type { Reason } from '../types.ts'
import type { Rule } from './context.ts'
import { isContainer, leftOut } from './left-out.ts'
import { fact, factOrNull, listed } from './listed.ts'

/** Missing, or without anything in common. */
export const backupRule: Rule = (context) => {
  const { input, comparison, primary, backup, tell } = context
  if (isContainer(context)) return []
  if (input.inventory.backup.state === 'missing') {
    const pool = input.inventory.backupPool?.name ?? poolOf(input.mapping.backup.dataset)
    const eligible = comparison?.eligibleCount ?? 0
    const none = primary !== null && eligible === 0
    return [
      tell('BACKUP_DATASET_MISSING', {
        eligible,
        pool,
        leftOut: none ? leftOut(input.policy, primary.snapshots, input.filterAt) : null,
      }),
    ]
  }
  if (primary === null || backup === null || comparison === null) return []
  if (comparison.base !== null || comparison.eligibleCount === 0) return []
  const evidence = {
    primarySnapshots: comparison.primarySnapshots,
    backupSnapshots: comparison.backupSnapshots,
    sameNames: comparison.clashes.length,
    partialReceive: backup.facts.receiveResumeToken !== null,
  }
  return [tell('NO_COMMON_SNAPSHOT', evidence)]
}

/** What stands on the backup after the base and would refuse an incremental. */
export const divergedRule: Rule = ({ input, comparison, primary, backup, tell }) => {
  const base = comparison?.base ?? null
  if (primary === null || backup === null || comparison === null || base === null) return []
  const divergence = divergenceOf(input.inventory, comparison, isRawLine(input))
  const reasons: Reason[] = []
  if (divergence.ahead) reasons.push(tell('BACKUP_AHEAD', { ...listed(comparison.backupAhead), base: fact(base) }))
  if (divergence.harmlessExtra) reasons.push(tell('EXTRA_ON_BACKUP', listed(comparison.backupAhead)))
  if (divergence.modified) {
    const newestBackup = factOrNull(comparison.newestBackup)
    reasons.push(
      tell('BACKUP_MODIFIED', {
        writtenBytes: comparison.backupWritten,
        newestBackup,
        readonly: backup.facts.readonly,
        onlyDirectories: input.inventory.onlyDirectories === true,
      }),
    )
  }
  if (divergence.clash) {
    const { clashes } = comparison
    const onlyNames = !divergence.ahead && !divergence.modified
    const cleared = clearNames(input.mapping, backup, comparison, onlyNames ? null : base.guid)
    const goesOn = cleared === null ? clashFree(input, primary, backup, comparison).base : base
    reasons.push(
      tell('NAME_CLASH', {
        count: clashes.length,
        clashes: clashes.slice(0, LISTED),
        goesOnFrom: goesOn?.backupName ?? null,
        onlyNames,
        renamed: cleared !== null,
      }),
    )
  }
  return reasons
}

/**
 * Snapshots that the backup has not, below the base: they can never be filled in. Only those newer than its oldest
 * common one are a gap; older ones are merely kept shorter there.
 */
export const gapRule: Rule = ({ comparison, primary, backup, tell }) => {
  if (comparison === null || primary === null || backup === null || comparison.gaps.length === 0) return []
  const held = new Set(backup.snapshots.map((entry) => entry.guid))
  const common = primary.snapshots.filter((entry) => held.has(entry.guid))
  const oldest = common.reduce<bigint | null>(
    (min, { createtxg }) => (min === null || createtxg < min ? createtxg : min),
    null,
  )
  if (oldest === null) return []
  const after = new Set(primary.snapshots.filter((entry) => entry.createtxg > oldest).map((entry) => entry.guid))
  const gaps = comparison.gaps.filter((gap) => after.has(gap.guid))
  return gaps.length === 0 ? [] : [tell('GAP_ON_BACKUP', { ...listed(gaps), eligible: comparison.eligibleCount })]
}
