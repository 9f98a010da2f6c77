import type { PresentSide, SnapshotRef } from '../types.ts'
import { anchorSteps } from './anchor.ts'
import type { Named, PlanDraft, PlanInput, StepDraft } from './draft.ts'
import type { Kept } from './keep-seed.ts'

export interface Transfers {
  readonly kind: PlanDraft['kind']
  /** What makes room first. */
  readonly before?: readonly StepDraft[]
  readonly transfers: readonly StepDraft[]
  readonly target: SnapshotRef
  readonly named: readonly Named[]
  /** What keeps a full stream's snapshots on the primary. */
  readonly kept?: Kept
  /** Snapshot to be bookmarked before the first byte (a seed's first one). */
  readonly anchorFirst?: SnapshotRef
  readonly notes?: readonly string[]
  readonly setAside?: PlanDraft['setAside']
}

/** Bookmark, transfers, bookmark of what is then the newest common snapshot, and a look at both sides. */
export function assemble(input: PlanInput, primary: PresentSide, parts: Transfers): PlanDraft {
  const { mapping, comparison } = input
  const { transfers, target, anchorFirst } = parts
  const first = anchorSteps(input, primary, anchorFirst === undefined ? [] : [anchorFirst])
  const both = anchorSteps(input, primary, anchorFirst === undefined ? [target] : [anchorFirst, target])
  const last = both.steps.filter((step) => !first.steps.some((other) => other.bookmark === step.bookmark))
  const verify: StepDraft = {
    kind: 'verify',
    title: 'Read both sides again',
    estimateBytes: null,
    ifInterrupted: 'harmless',
  }
  const { before: keep, after: release } = parts.kept ?? { before: [], after: [] }
  const steps = [...first.steps, ...keep, ...(parts.before ?? []), ...transfers, ...last, ...release, verify]
  const bookmarks = first.steps.length + last.length

  const base = comparison?.base ?? null
  const untouched = [
    `${mapping.primary.host} (${['only read', ...(bookmarks > 0 ? ['bookmarked'] : []), ...(keep.length > 0 ? ['held meanwhile'] : [])].join(', and ')})`,
    'any other dataset',
    ...(base === null ? [] : [`snapshots of ${mapping.backup.host} up to and including @${base.backupName}`]),
  ]
  const stays = parts.setAside == null && parts.kind !== 'IN_PLACE' && base !== null && comparison !== null
  const own = stays ? comparison.backupAhead.length : 0
  const notes = [
    ...(parts.notes ?? []),
    ...(own > 0
      ? [
          `${own === 1 ? '1 own snapshot' : `${own} own snapshots`} of ${mapping.backup.host} after the base: no change in them, they stay.`,
        ]
      : []),
    ...both.notes,
  ]
  return {
    kind: parts.kind,
    steps,
    outcome: `${mapping.backup.host} will match ${mapping.primary.host} up to @${target.name}.`,
    untouched,
    notes,
    targetGuid: target.guid,
    named: parts.named,
    blocked: null,
    setAside: parts.setAside ?? null,
  }
}
