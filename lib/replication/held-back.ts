import { durationText } from '#lib/text/words.ts'
import { livesFor } from './chain.ts'
import { decrypts, isEmptyTarget, isRawLine, mismatchFacts } from './encryption.ts'
import { mayKeep } from './plan/assemble.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { readable } from './sentences/sentence.ts'
import { ownSiblings } from './swap.ts'
import type { Inventory } from './types/inventory.ts'
import type { PlanKind } from './types/plan.ts'
import type { ReasonCode } from './types/reason.ts'
import type { Verdict } from './types/verdict.ts'
import { wordsFor } from './words.ts'

/** The plans that move a backup out of its place. */
export const SETS_ASIDE: ReadonlySet<PlanKind> = new Set(['SET_ASIDE_REWIND', 'SET_ASIDE_RESEED'])

/**
 * Why a set-aside must not run by itself, or null where the lineage is proven. The rules that the judge has a reason for
 * (PRIMARY_REPLACED, PRIMARY_REWOUND, BACKUP_IN_USE, PRIMARY_EMPTY) are asked elsewhere; these are the others.
 */
export function unprovenBecause(input: PlanInput): string | null {
  const { inventory, mapping, policy } = input
  const { backup, primary, swap } = inventory
  const { dataset } = mapping.backup
  if (policy.onDiverged === 'ask') return '`on_diverged: ask`: a set-aside is offered, never run by itself.'
  if (backup.state !== 'present' || primary.state !== 'present') return null
  if (swap?.shared === true)
    return `${dataset} is shared over NFS or SMB: perhaps somebody works on it, so a person decides.`
  if (isEmptyTarget({ inventory }, policy)) return null
  const root = backup.facts.encryptionRoot === backup.facts.name
  // What goes on raw needs no key there.
  if (root && backup.facts.keyStatus === 'available' && !isRawLine(input))
    return `${dataset} is an encryption root with its key loaded, and a swap would unload the key: after it, load it again.`
  return strangeBackup(input)
}

/** The same for a plan that only gives snapshots of the backup other names, and moves nothing. */
export function unprovenRename(input: PlanInput): string | null {
  if (input.policy.onDiverged === 'ask')
    return '`on_diverged: ask`: a snapshot of the backup gets another name only where a person wants it.'
  return strangeBackup(input)
}

/** No one has seen yet that this backup belongs to this primary. */
function strangeBackup({ inventory: { backup }, mapping, memory, policy }: PlanInput): string | null {
  if (policy.onDiverged === 'set_aside' || backup.state !== 'present') return null
  const { host, dataset } = mapping.backup
  if (memory.common?.backupGuid !== backup.facts.guid)
    return `No earlier check saw ${mapping.primary.dataset} and this ${dataset} on ${host} with a snapshot in common, so it may be somebody else's (\`on_diverged: set_aside\` waives this).`
  return null
}

/** Does a plan give snapshots of the backup other names? */
export function renames({ steps }: Pick<PlanDraft, 'steps'>): boolean {
  return steps.some((step) => step.kind === 'commands' && step.role === 'rename')
}

/** Perhaps the primary is the one that is wrong. These stay until a person has looked at it and says that it is right. */
const IN_DOUBT: ReadonlySet<ReasonCode> = new Set(['PRIMARY_LOST_HISTORY', 'PRIMARY_REPLACED', 'PRIMARY_REWOUND'])

/** What a person's word would end. */
export function inDoubt({ reasons }: Verdict): readonly ReasonCode[] {
  return reasons.map(({ code }) => code).filter((code) => IN_DOUBT.has(code))
}

/** A retention that the next seed is to survive must be longer than it takes, by this much: links break, hosts are busy. */
const MARGIN = 1.5

/**
 * Why a first transfer is not begun anew by itself; null: nothing is against it. One that was cut off, and whose snapshot
 * retention destroyed before it could go on, has left a copy that no one can finish; the next one would end the same way,
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
    takes === null ? null : `It takes about ${durationText(takes)} at the rate of past transfers`,
    life === null ? null : `snapshots like @${first.target.name} live for about ${durationText(life)} there`,
  ].filter((each) => each !== null)
  const facts = known.length === 0 ? '' : ` ${known.join('; ')}.`
  const long = takes === null ? 'longer than the first transfer takes' : `at least ${durationText(takes * MARGIN)}`
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

/** What a plan would make readable, and where; null: nothing that is encrypted on the primary. */
export function sentReadable(input: PlanInput, { steps }: Pick<PlanDraft, 'steps'>): string | null {
  if (!steps.some(({ kind }) => kind === 'transfer') || !decrypts(input)) return null
  return readable(wordsFor(input.mapping, input.options.timezone), mismatchFacts(input, 'not-decided'))
}

/** The same where no person has decided it yet for this backup: then no one but a person begins it. */
export function undecided(input: PlanInput, plan: Pick<PlanDraft, 'steps'>): string | null {
  return input.line?.decrypted === true ? null : sentReadable(input, plan)
}
