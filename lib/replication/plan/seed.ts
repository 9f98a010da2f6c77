import { toRef } from '../order.ts'
import type { Comparison, PresentSide } from '../types.ts'
import { assemble } from './assemble.ts'
import type { PlanDraft, PlanInput } from './draft.ts'
import { hops } from './hops.ts'
import { keepSeed } from './keep-seed.ts'
import { newerThan } from './newer.ts'
import { parentsStep } from './parents.ts'
import { namedBy, type Route, transferStep } from './transfer.ts'

/**
 * A backup that does not exist yet: the oldest eligible snapshot in full, then everything up to the newest, so that the
 * backup has the history; the newest alone where policy says so, or where the oldest would be gone before it is sent.
 */
export function seed(input: PlanInput, primary: PresentSide, comparison: Comparison, route: Route): PlanDraft {
  const { oldestEligible: oldest, newestEligible: newest } = comparison
  if (oldest === null || newest === null) throw new RangeError('A seed needs an eligible snapshot.')
  const onlyNewest = input.policy.initial === 'latest' || input.options.oldestWouldNotSurvive === true
  const wanted = new Set((onlyNewest ? [newest] : comparison.behind).map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, null).map(toRef), wanted, null)
  const notes = [`${input.mapping.backup.dataset} is made with readonly=on, so that nothing can change it by accident.`]
  if (onlyNewest && oldest.guid !== newest.guid) {
    const why =
      input.policy.initial === 'latest' ? '`initial: latest`' : 'the oldest one would not survive until it is sent'
    notes.push(
      `Only the newest snapshot is sent (${why}); ${comparison.eligibleCount - 1} older one(s) will not be on the backup.`,
    )
  }
  return assemble(input, primary, {
    kind: 'SEED',
    before: parentsStep(input),
    transfers: way.map((hop) => transferStep(route, hop)),
    target: newest,
    named: namedBy(way),
    anchorFirst: onlyNewest ? newest : oldest,
    kept: keepSeed(input, [onlyNewest ? newest : oldest, newest]),
    notes,
  })
}
