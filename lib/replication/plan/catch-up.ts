import { toRef } from '../order.ts'
import type { Comparison, PresentSide } from '../types.ts'
import { assemble } from './assemble.ts'
import { type ClearedName, renameNotes, renameSteps } from './clear-names.ts'
import type { PlanDraft, PlanInput } from './draft.ts'
import { hops } from './hops.ts'
import { newerThan } from './newer.ts'
import { namedBy, type Route, transferStep } from './transfer.ts'

/**
 * From the base (a snapshot or a bookmark) to the newest eligible snapshot; before that, `cleared` snapshots of the backup
 * give up the names that those to be sent have.
 */
export function catchUp(
  input: PlanInput,
  primary: PresentSide,
  comparison: Comparison,
  base: NonNullable<Comparison['base']>,
  route: Route,
  cleared: readonly ClearedName[] = [],
): PlanDraft {
  const wanted = new Set(comparison.behind.map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, base).map(toRef), wanted, base)
  const target = way.at(-1)?.to
  if (target === undefined) throw new RangeError('A plan to catch up needs something that is behind.')
  const leftOut = comparison.skipped.length
  return assemble(input, primary, {
    kind: base.kind === 'bookmark' ? 'FROM_BOOKMARK' : 'INCREMENTAL',
    before: renameSteps(input, cleared),
    transfers: way.map((hop) => transferStep(route, hop)),
    target,
    named: namedBy(way),
    notes: [
      ...(cleared.length === 0 ? [] : renameNotes(input, cleared)),
      ...(leftOut === 0
        ? []
        : [`${leftOut} newer snapshot(s) of the primary are left out, as policy does not want them (name or age).`]),
    ],
  })
}
