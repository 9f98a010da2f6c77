import { isEmptyTarget } from './empty-target.ts'
import { isRawLine } from './encryption.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import type { PlanKind, ReasonCode, Verdict } from './types.ts'

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

/** Nobody has seen yet that this backup belongs to this primary. */
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
