import { livesFor } from './chain/forecast.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { mayKeep } from './plan/keep-seed.ts'
import { ownSiblings } from './swap.ts'
import type { Inventory } from './types.ts'
import { sayDuration } from './words.ts'

/** A retention that the next seed is to survive must be longer than it takes, by this much: links break, hosts are busy. */
const MARGIN = 1.5

/**
 * Why a first transfer is not begun anew by itself; null: nothing is against it. One that was cut off, and whose snapshot
 * retention destroyed before it could go on, has left a copy that nobody can finish; the next one would end the same way,
 * except where its snapshots can be held.
 */
export function lostToRetention(input: PlanInput, { kind, steps }: Pick<PlanDraft, 'kind' | 'steps'>): string | null {
  if (kind !== 'SET_ASIDE_RESEED') return null
  // The snapshots of the next one are held.
  if (mayKeep(input.inventory)) return null
  const first = steps.find((step) => step.kind === 'transfer')
  if (first?.kind !== 'transfer' || first.how !== 'full') return null
  const lost = lostSeeds(input.inventory)
  if (lost === 0) return null
  const { primary, backup } = input.mapping
  const takes = input.options.seedSeconds ?? null
  const life = livesFor(first.target.name, input.memory.prunings ?? [])
  const known = [
    takes === null ? null : `It takes about ${sayDuration(takes)} at the rate of past transfers`,
    life === null ? null : `snapshots like @${first.target.name} live for about ${sayDuration(life)} there`,
  ].filter((each) => each !== null)
  const facts = known.length === 0 ? '' : ` ${known.join('; ')}.`
  const long = takes === null ? 'longer than the first transfer takes' : `at least ${sayDuration(takes * MARGIN)}`
  const copies = lost === 1 ? 'A first transfer' : `${lost} first transfers`
  return `${copies} of ${primary.dataset} lost to retention: the snapshot was destroyed on ${primary.host} before all of it had come to ${backup.host}, so the next one waits for a person.${facts} Keep its snapshots on ${primary.host} for ${long}, or delegate \`release\` there besides \`hold\`, so that they are held while it lasts; then start it.`
}

/** Partial first receives without a snapshot that nothing can finish: beside the backup, and the backup itself. */
function lostSeeds(inventory: Inventory): number {
  const { backup, primary } = inventory
  if (primary.state !== 'present') return 0
  const beside = ownSiblings(inventory, 'incoming').filter(
    ({ receiveResumeToken, snapshots }) => receiveResumeToken !== null && snapshots.length === 0,
  )
  const isPartial =
    backup.state === 'present' && backup.facts.receiveResumeToken !== null && backup.snapshots.length === 0
  return beside.length + (isPartial && isTargetGone(inventory) ? 1 : 0)
}

function isTargetGone({ token, primary }: Inventory): boolean {
  if (token === null || primary.state !== 'present') return false
  if ('unusable' in token) return token.unusable === 'token-stale' || token.unusable === 'snapshot-missing'
  return !primary.snapshots.some(({ guid }) => guid === token.toGuid)
}
