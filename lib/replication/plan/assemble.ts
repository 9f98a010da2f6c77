import type { PresentSide, SnapshotRef } from '../types.ts'
import { anchorSteps } from './anchor.ts'
import type { Named, PlanDraft, PlanInput, StepDraft, TransferDraft } from './draft.ts'

export interface Transfers {
  readonly kind: PlanDraft['kind']
  readonly transfers: readonly TransferDraft[]
  readonly target: SnapshotRef
  readonly named: readonly Named[]
  /** Snapshot to be bookmarked before the first byte (a seed's first one). */
  readonly anchorFirst?: SnapshotRef
  readonly notes?: readonly string[]
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
  const steps = [...first.steps, ...transfers, ...last, verify]
  const bookmarks = first.steps.length + last.length

  const base = comparison?.base ?? null
  const untouched = [
    bookmarks === 0 ? `${mapping.primary.host} (only read)` : `${mapping.primary.host} (only read, and bookmarked)`,
    'any other dataset',
    ...(base === null ? [] : [`snapshots of ${mapping.backup.host} up to and including @${base.backupName}`]),
  ]
  const own = comparison === null || base === null ? 0 : comparison.backupAhead.length
  const notes = [
    ...(parts.notes ?? []),
    ...(own > 0 ? [`${own} own snapshot(s) of ${mapping.backup.host} after the base hold no change and stay.`] : []),
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
  }
}
